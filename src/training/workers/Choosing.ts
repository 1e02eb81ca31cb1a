import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import os from "node:os"
import * as TrialCache from "../../backends/TrialCache.js"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import { inform } from "../../events/Notice.js"
import type { Observer } from "../../events/Observer.js"
import { english, t } from "../../language/Text.js"
import { architectureOf } from "../Architecture.js"
import { partsOf } from "../ModelParts.js"
import type { RunFields } from "../RunFields.js"
import { shardCount } from "../shards/ShardedGradients.js"
import { sizeOf } from "../Weights.js"
import * as AutoChoice from "./AutoChoice.js"

/** Whether the workers of a run are to compute its steps, as far as speed goes. */
export interface Choice {
  readonly usesWorkers: () => boolean
  /** Takes note of a step. */
  readonly took: (step: Omit<AutoChoice.Step, "isReady" | "isWarm">) => void
  /** What a checkpoint records of it. */
  readonly found: () => Pick<NonNullable<CheckpointMeta["workers"]>, "step_ms" | "thread_step_ms">
}

/** As many as were asked for compute whatever they can. */
export const always: Choice = { usesWorkers: () => true, took: () => {}, found: () => ({}) }

/** What the choice needs of the threads. */
export interface Needs {
  readonly start: () => void
  readonly isReady: () => boolean
  /** Has them compute something that is thrown away; `isWarm` says when that is done. */
  readonly warm: () => void
  readonly isWarm: () => boolean
}

/** How long a finding is used: machines and what else they do change. */
const keptDays = 7

/**
 * Has whatever is faster compute: as an earlier run on this machine has found, or this one finds. Says which it is,
 * at the beginning if that is known.
 */
export const auto = (
  run: RunFields,
  count: number,
  needs: Needs
): Effect.Effect<Choice, never, Observer> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<Observer>()
    const key = keyOf(run, count)
    const cached = Option.getOrNull(yield* TrialCache.read(key))
    const known = cached === null ? null : foundIn(cached, new Date())
    if (known === null) {
      yield* inform(
        "Workers",
        t`the main thread computes the steps; in a run of more than two minutes ${count} workers are tried`
      )
    } else {
      const date = cached!.measured_at.slice(0, 10)
      yield* inform("Workers", t`${described(known, count)}; measured on ${date}`)
    }
    let choice = AutoChoice.begin(known)
    const noted = (before: AutoChoice.AutoChoice) => {
      const { chosen, found, stage } = choice
      if (chosen === null || stage !== "settled" || before.stage === "settled") return
      if (chosen !== (before.chosen ?? (known && AutoChoice.fasterOf(known)))) {
        Runtime.runFork(runtime)(inform("Workers", described(found, count)))
      }
      if (found.workers !== null && found.thread !== null && isCalm()) {
        Runtime.runFork(runtime)(TrialCache.write(key, trialOf(run, count, found)))
      }
    }
    const made: Choice = {
      usesWorkers: () => choice.uses === "workers",
      took: (step) => {
        const before = choice
        choice = AutoChoice.next(before, {
          ...step,
          isReady: needs.isReady(),
          isWarm: needs.isWarm()
        })
        if (choice.stage === "start" && before.stage !== "start") needs.start()
        if (choice.stage === "warm" && before.stage !== "warm") needs.warm()
        noted(before)
      },
      found: () => ({
        ...(choice.found.workers !== null && { step_ms: choice.found.workers }),
        ...(choice.found.thread !== null && { thread_step_ms: choice.found.thread })
      })
    }
    return made
  })

const described = (found: AutoChoice.Found, count: number): string => {
  const [faster, slower] = [found.workers!, found.thread!].map((ms) => ms.toFixed(1))
  return AutoChoice.fasterOf(found) === "workers"
    ? t`${count} workers compute the steps: a step takes ${faster} ms with them, ${slower} ms without`
    : t`the main thread computes the steps: a step takes ${faster} ms with ${count} workers, ${slower} ms without`
}

const keyOf = (run: RunFields, count: number): string =>
  TrialCache.keyOf({
    workers: count,
    shards: shardCount(run),
    backend: run.backend,
    batch_size: run.config.training.batch_size,
    optimizer: run.config.training.optimizer.name,
    models: architectureOf(run.models)
  })

const mainThread = english`main thread`
const workersName = (count: number) => english`${count} workers`

const trialOf = (run: RunFields, count: number, found: AutoChoice.Found): TrialCache.Trial => {
  const parameters = sizeOf(partsOf(run).weights)
  const { batch_size } = run.config.training
  const name = workersName(count)
  return {
    subject: english`${run.dataset.name}: ${parameters} parameters, batches of ${batch_size} in ${shardCount(run)} shards`,
    chosen: AutoChoice.fasterOf(found) === "workers" ? name : mainThread,
    timings: [
      { name, step: found.workers! },
      { name: mainThread, step: found.thread! }
    ],
    measured_at: new Date().toISOString()
  }
}

/** What a trial has found that is young enough; null: nothing. */
const foundIn = (
  { measured_at, timings }: TrialCache.Trial,
  now: Date
): AutoChoice.Found | null => {
  const [workers, thread] = timings.map((one) => ("step" in one ? one.step : null))
  const age = now.getTime() - Date.parse(measured_at)
  return age < keptDays * 86_400_000 && workers != null && thread != null
    ? { workers, thread }
    : null
}

/** Whether no other process takes the cores: what is found then holds for another day. */
const isCalm = (): boolean => {
  const [load] = os.loadavg()
  return load! <= os.availableParallelism() + 1
}
