import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Readback from "../../backends/Readback.js"
import { localFolder } from "../../checkpointing/localFolder.js"
import { stepsFrom } from "../../data/Order.js"
import type { Event } from "../../events/Event.js"
import { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import * as Checkpointer from "../../training/Checkpointer.js"
import type { Progress } from "../../training/Progress.js"
import { TypeId, type Run } from "../../training/Run.js"
import * as StepWatch from "../../training/StepWatch.js"
import { backlogOf } from "../Backlog.js"
import { settingsOf } from "../Points.js"
import type { RunObserver } from "../RunObserver.js"
import * as EventFile from "./EventFile.js"
import * as EventWriter from "./EventWriter.js"
import { histogram } from "./Histogram.js"
import * as HParams from "./HParams.js"
import { pastOf } from "./Past.js"
import * as Records from "./Records.js"
import * as Summary from "./Summary.js"

/** What `training.observers` says of TensorBoard. */
export interface Settings {
  readonly step_interval: number
  readonly histogram_freq: number
  readonly images: boolean
}

/**
 * Writes what happens in a run into an event file in its folder, one a process. A resumed run first says
 * that it starts at the step after its checkpoint, on which readers drop what the killed process had
 * written beyond; and adds what the files lack of the run's log.
 */
export const observe =
  (settings: Settings): RunObserver =>
  (run) =>
    Layer.scoped(Observer, recorder(settings, run))

const recorder = (settings: Settings, run: Run) =>
  Effect.gen(function* () {
    const folder = localFolder(run.config.training.checkpoint_dir)
    const { globalStep } = yield* Checkpointer.progress(run[TypeId])
    const past = yield* pastOf(folder, globalStep)
    const now = (yield* Clock.currentTimeMillis) / 1000
    const started = Records.record(0, now, [HParams.started(settingsOf(run.config), now)])!
    const start = { wallTime: now, step: globalStep + 1, what: EventFile.sessionStart }
    const writer = yield* EventWriter.make(folder, [
      EventFile.encode(start),
      ...(past.exists ? [] : [started])
    ])
    let known = past
    const records = Records.make({ ...settings, has: (tag, step) => known.has(tag, step) })
    const add = (record: Uint8Array | null) => {
      if (record !== null) writer.add(record)
    }
    const backlog = yield* backlogOf(folder, globalStep)
    for (const { milliseconds, ...step } of backlog.steps) {
      if (step.global_step > past.lastStep) add(records.ofStep(step, milliseconds / 1000))
    }
    for (const { event, milliseconds } of backlog.events) {
      add(records.ofEvent(event, milliseconds / 1000))
    }
    const addHistograms = yield* histograms(settings, run, add)
    yield* writer.flush
    // An evaluation that is done again is in the files by now.
    if (backlog.events.length > 0) known = yield* pastOf(folder, globalStep)

    const emit = Effect.fnUntraced(function* (event: Event) {
      const seconds = (yield* Clock.currentTimeMillis) / 1000
      switch (event._tag) {
        case "StepFinished":
          if (event.phase !== "train") return
          if (event.measured !== undefined) {
            add(records.ofStep({ ...event.measured, examples: event.examples }, seconds))
          }
          if (event.step === event.steps) yield* Effect.zipRight(addHistograms, writer.flush)
          return
        case "WentBack": {
          const what = EventFile.sessionStart
          add(EventFile.encode({ wallTime: seconds, step: event.global_step + 1, what }))
          return
        }
        case "RunFinished":
          add(Records.record(0, seconds, [HParams.ended("success", seconds)]))
          return
        default:
          add(records.ofEvent(event, seconds))
      }
    })
    return { emit, flush: writer.sync }
  })

/** What adds the histograms of the steps that were watched since: none, unless they are asked for. */
const histograms = (
  { histogram_freq: every }: Settings,
  run: Run,
  add: (record: Uint8Array | null) => void
) =>
  Effect.gen(function* () {
    if (every === 0) return Effect.void
    const { config, dataset } = run
    const isDue = ({ epoch, position }: Progress) =>
      (epoch + 1) % every === 0 &&
      stepsFrom(position.example, dataset.train.size, config.training) === 1
    const take = yield* StepWatch.watch(run, isDue)
    const addOne = Effect.fnUntraced(function* (step: StepWatch.WatchedStep) {
      const seconds = (yield* Clock.currentTimeMillis) / 1000
      const named = [
        ...[...step.weights].map(([name, tensor]) => [`weights/${name}`, tensor] as const),
        ...[...step.gradients].map(([name, tensor]) => [`gradients/${name}`, tensor] as const)
      ]
      const values = yield* Readback.values(named.map(([, tensor]) => tensor))
      const shown = named.map(([tag], i) => Summary.histogram(tag, histogram(values[i]!)))
      add(Records.record(step.globalStep, seconds, shown))
    })
    return Effect.flatMap(take, (steps) =>
      Effect.forEach(
        steps,
        (step) =>
          Effect.ensuring(
            addOne(step),
            Effect.sync(() => StepWatch.dispose(step))
          ),
        { discard: true }
      )
    ).pipe(
      Effect.catchAll(({ message }) =>
        Effect.logWarning(t`histograms cannot be read from the backend: ${message}`)
      )
    )
  })
