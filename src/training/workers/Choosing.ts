import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import os from "node:os"
import * as TrialCache from "../../backends/TrialCache.js"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import { stepsFrom } from "../../data/Order.js"
import * as Cores from "../../io/Cores.js"
import { inform } from "../../events/Notice.js"
import type { Observer } from "../../events/Observer.js"
import { english, t } from "../../language/Text.js"
import { architectureOf } from "../Architecture.js"
import { partsOf } from "../ModelParts.js"
import type { Progress } from "../Progress.js"
import type { RunFields } from "../RunFields.js"
import { shardCount } from "../shards/ShardedGradients.js"
import { sizeOf } from "../Weights.js"
import * as AutoChoice from "./AutoChoice.js"

/** Whether worker threads are to be used, as far as speed goes. */
export interface Choice {
  readonly usesWorkers: () => boolean
  /** Whether the steps that are taken now are measured for it. */
  readonly isMeasuring: () => boolean
  /** Takes note of a step. */
  readonly took: (step: Omit<AutoChoice.Step, "isReady" | "isWarm">) => void
  /** What a checkpoint records of it. */
  readonly found: () => Pick<NonNullable<CheckpointMeta["workers"]>, "step_ms" | "thread_step_ms">
}

/** As many as were asked for compute whatever they can. */
export const always: Choice = {
  usesWorkers: () => true,
  isMeasuring: () => false,
  took: () => {},
  found: () => ({})
}

const measuring: ReadonlySet<AutoChoice.AutoChoice["stage"]> = new Set(["warm", "compare", "look"])

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

/** What is chosen between: worker threads, or the main thread. */
export interface Alternatives {
  readonly code: "Workers" | "Data"
  /** The name of the trial in the cache. */
  readonly key: string
  /** What is tried, for people. */
  readonly subject: string
  readonly workers: string
  /** What a run says at its beginning where nothing is known. */
  readonly unknown: string
  /** Says which is used, and why. */
  readonly described: (found: AutoChoice.Found) => string
  readonly worth?: AutoChoice.Worth
}

/**
 * Has whatever is faster be used: as an earlier run on this machine has found, or this one finds. Says which it is,
 * at the beginning if that is known.
 */
export const auto = (
  { code, described, key, subject, unknown, workers, worth }: Alternatives,
  needs: Needs
): Effect.Effect<Choice, never, Observer> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<Observer>()
    const cached = Option.getOrNull(yield* TrialCache.read(key))
    const known = cached === null ? null : foundIn(cached, new Date())
    if (known === null) yield* inform(code, unknown)
    else {
      const date = cached!.measured_at.slice(0, 10)
      yield* inform(code, t`${described(known)}; measured on ${date}`)
    }
    let choice = AutoChoice.begin(known, worth)
    const noted = (before: AutoChoice.AutoChoice) => {
      const { chosen, found, stage } = choice
      if (chosen === null || stage !== "settled" || before.stage === "settled") return
      if (chosen !== (before.chosen ?? (known && AutoChoice.fasterOf(known)))) {
        Runtime.runFork(runtime)(inform(code, described(found)))
      }
      if (found.workers !== null && found.thread !== null && isCalm()) {
        Runtime.runFork(runtime)(TrialCache.write(key, trialOf(subject, workers, found)))
      }
    }
    const made: Choice = {
      usesWorkers: () => choice.uses === "workers",
      isMeasuring: () => measuring.has(choice.stage),
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

/** The workers of a run, or its main thread, to compute its steps. */
export const ofSteps = (run: RunFields, count: number): Alternatives => {
  const { batch_size, optimizer } = run.config.training
  const parameters = sizeOf(partsOf(run).weights)
  return {
    code: "Workers",
    key: TrialCache.keyOf({
      workers: count,
      shards: shardCount(run),
      backend: run.backend,
      batch_size,
      optimizer: optimizer.name,
      models: architectureOf(run.models)
    }),
    subject: english`${run.dataset.name}: ${parameters} parameters, batches of ${batch_size} in ${shardCount(run)} shards`,
    workers: english`${count} workers`,
    unknown: t`the main thread computes the steps; in a run of more than two minutes ${count} workers are tried`,
    described: (found) => {
      const [faster, slower] = millisecondsOf(found)
      return AutoChoice.fasterOf(found) === "workers"
        ? t`${count} workers compute the steps: a step takes ${faster} ms with them, ${slower} ms without`
        : t`the main thread computes the steps: a step takes ${faster} ms with ${count} workers, ${slower} ms without`
    }
  }
}

/** Milliseconds a step, with workers and without, for people. */
export const millisecondsOf = ({
  thread,
  workers
}: AutoChoice.Found): readonly [string, string] => [workers!.toFixed(1), thread!.toFixed(1)]

/** How long a run has left from a position on, at so many milliseconds a step; of a stream, as long as it has taken. */
export const timeLeft = (run: RunFields): ((before: Progress) => AutoChoice.Step["left"]) => {
  const { num_epochs } = run.config.training
  const perEpoch = stepsFrom(0, run.dataset.train.size, run.config.training)
  const begun = performance.now()
  return ({ epoch, step }) => {
    const left = (num_epochs - epoch) * perEpoch - step
    return (each) => (Number.isFinite(left) ? left * each : performance.now() - begun)
  }
}

const mainThread = english`main thread`

const trialOf = (subject: string, workers: string, found: AutoChoice.Found): TrialCache.Trial => ({
  subject,
  chosen: AutoChoice.fasterOf(found) === "workers" ? workers : mainThread,
  timings: [
    { name: workers, step: found.workers! },
    { name: mainThread, step: found.thread! }
  ],
  measured_at: new Date().toISOString()
})

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
  return load! <= Cores.available() + 1
}
