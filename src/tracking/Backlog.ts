import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { Event } from "../events/Event.js"
import * as RunLog from "../runlog/RunLog.js"
import type { StepPoint } from "./Points.js"

/** What a run has come to before this process, for trackers that lack some of it. */
export interface Backlog {
  readonly steps: ReadonlyArray<StepPoint & { readonly milliseconds: number }>
  /** Everything but steps, by the time that the log says. */
  readonly events: ReadonlyArray<{ readonly event: Event; readonly milliseconds: number }>
}

/**
 * The log of the run in `folder` up to a step: what comes after is trained again. Empty where there is no
 * log that can be read.
 */
export const backlogOf = (
  folder: string,
  globalStep: number
): Effect.Effect<Backlog, never, FileSystem.FileSystem> =>
  Effect.map(
    Effect.orElseSucceed(RunLog.read(folder), () => null),
    (log) => {
      if (log === null) return { steps: [], events: [] }
      const { steps } = log
      const until = steps.global_step.findIndex((step) => step > globalStep)
      return {
        steps: Array.from(
          until < 0 ? steps.global_step : steps.global_step.slice(0, until),
          (at, i) => ({
            global_step: at,
            milliseconds: steps.time[i]!,
            loss: steps.loss[i]!,
            learning_rate: steps.learning_rate[i]!,
            ...(!Number.isNaN(steps.gradient_norm[i]!) && {
              gradient_norm: steps.gradient_norm[i]!
            }),
            examples: steps.examples[i]!,
            data_wait_ms: steps.data_wait_ms[i]!,
            step_ms: steps.step_ms[i]!
          })
        ),
        events: log.lines
          .filter((line) => line.global_step <= globalStep)
          .map(({ event, time, ...fields }) => ({
            // The fields of a line are those of its event.
            event: { _tag: event, ...fields } as Event,
            milliseconds: Date.parse(time)
          }))
      }
    }
  )
