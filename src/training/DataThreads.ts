import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as TrialCache from "../backends/TrialCache.js"
import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import * as Preparation from "../data/workers/Preparation.js"
import type { Observer } from "../events/Observer.js"
import { english, t } from "../language/Text.js"
import { architectureOf } from "./Architecture.js"
import type { Progress } from "./Progress.js"
import type { RunFields } from "./RunFields.js"
import * as AutoChoice from "./workers/AutoChoice.js"
import {
  auto,
  millisecondsOf,
  timeLeft,
  type Alternatives,
  type Choice
} from "./workers/Choosing.js"
import * as Workers from "./workers/Workers.js"

/**
 * Has worker threads prepare the batches of a run, or the main thread, whichever makes steps faster: what
 * `training.data_workers` means by "auto". The bits are the same.
 */
export interface DataThreads {
  /** Takes note of a step: how long it has taken, with all that is between it and the one before. */
  readonly took: (milliseconds: number, before: Progress) => void
  /** What a checkpoint records. */
  readonly record: () => CheckpointMeta["data_workers"] | null
}

/** Threads are started in a moment, so that a run of seconds may try them. */
const worth: AutoChoice.Worth = { unknown: 2000, known: 500 }
/** How many steps have their batches from threads before these are measured: code becomes fast. */
const warmUp = 10

const known = new WeakMap<object, DataThreads>()

/** That of a run; null: nothing is to be decided. */
export const of = (run: RunFields): Effect.Effect<DataThreads | null, never, Observer> =>
  Effect.gen(function* () {
    const before = known.get(run.models)
    if (before !== undefined) return before
    const preparation = Preparation.of(run.dataset)
    if (preparation === null) return null
    const made = make(run, preparation, yield* Effect.runtime<Observer>())
    known.set(run.models, made)
    return made
  })

/** What a checkpoint of a run records of the threads that prepare its batches; null: nothing was decided. */
export const record = ({
  models
}: Pick<RunFields, "models">): CheckpointMeta["data_workers"] | null =>
  known.get(models)?.record() ?? null

const make = (
  run: RunFields,
  preparation: Preparation.Preparation,
  runtime: Runtime.Runtime<Observer>
): DataThreads => {
  const left = timeLeft(run)
  let choice: Choice | null = null
  let isBegun = false
  /** Steps that are left until threads are warm; null: they are not to become so. */
  let warming: number | null = null
  const begin = Effect.map(
    Effect.suspend(() =>
      auto(alternatives(run, preparation.threads), {
        start: () => {},
        isReady: () => true,
        warm: () => {
          warming = warmUp
        },
        isWarm: () => warming === 0
      })
    ),
    (made) => {
      choice = made
      preparation.by = "thread"
    }
  )
  return {
    took: (milliseconds, before) => {
      // Of a dataset that has nothing for threads to do.
      if (preparation.calls === 0) return
      if (choice === null) {
        if (!isBegun) Runtime.runFork(runtime)(begin)
        isBegun = true
        return
      }
      if (Workers.isMeasuring(run)) return
      if (warming !== null && warming > 0) warming--
      choice.took({ milliseconds, left: left(before) })
      const isWarming = warming !== null && warming > 0
      preparation.by = choice.usesWorkers() || isWarming ? "workers" : "thread"
    },
    record: () =>
      choice && {
        requested: "auto",
        used: preparation.by === "workers" ? preparation.threads : 0,
        ...choice.found()
      }
  }
}

const alternatives = (run: RunFields, count: number): Alternatives => {
  const { backend, config, dataset, models } = run
  const { training, ...described } = config
  const { batch_size } = training
  return {
    code: "Data",
    key: TrialCache.keyOf({
      data_workers: count,
      dataset: dataset.fingerprint,
      config: described,
      batch_size,
      backend,
      models: architectureOf(models)
    }),
    subject: english`${dataset.name}: batches of ${batch_size}, prepared`,
    workers: english`data workers (${count})`,
    unknown: t`the main thread prepares the batches; data workers are tried, ${count} at most`,
    described: (found) => {
      const [faster, slower] = millisecondsOf(found)
      return AutoChoice.fasterOf(found) === "workers"
        ? t`data workers (${count}) prepare the batches: a step takes ${faster} ms with them, ${slower} ms without`
        : t`the main thread prepares the batches: a step takes ${faster} ms with data workers (${count}), ${slower} ms without`
    },
    worth
  }
}
