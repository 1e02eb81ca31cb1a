import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import type { Sized } from "../../data/Batch.js"
import { inform, warn } from "../../events/Notice.js"
import type { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import { partsOf } from "../ModelParts.js"
import type { Progress } from "../Progress.js"
import type { RunFields } from "../RunFields.js"
import { shardCount } from "../shards/ShardedGradients.js"
import { always, auto, ofSteps, timeLeft, type Choice } from "./Choosing.js"
import * as GradientSlots from "./GradientSlots.js"
import { networkOf, problemOf } from "./Network.js"
import { countOf, WorkersRequested } from "./Requested.js"
import * as SharedWeights from "./SharedWeights.js"
import * as Threads from "./Threads.js"
import * as WorkerSteps from "./WorkerSteps.js"

/** The workers of a run. Whatever they cannot do, this thread does, with the same bits. */
export interface Workers extends Pick<WorkerSteps.WorkerSteps, "gradients" | "evaluate"> {
  /** Whether they can compute now, and are as fast as this thread if that matters. */
  readonly isUsed: () => boolean
  /** Whether the steps that are taken now tell what is faster. */
  readonly isMeasuring: () => boolean
  /** How many of them can compute now. */
  readonly count: () => number
  /** Takes note of a step: how long it has taken, on which batch, and where the run was before. */
  readonly took: (milliseconds: number, batch: Sized, before: Progress) => void
  /** What a checkpoint records of them. */
  readonly record: () => NonNullable<CheckpointMeta["workers"]>
}

const known = new WeakMap<object, Workers>()

/** The workers of a run that compute now; null: none do. */
export const of = ({ models }: Pick<RunFields, "models">): Workers | null => {
  const workers = known.get(models)
  return workers !== undefined && workers.isUsed() ? workers : null
}

/** Takes note of a step of a run: how long it has taken, on which batch, and where the run was before. */
export const took = (
  { models }: Pick<RunFields, "models">,
  milliseconds: number,
  batch: Sized,
  before: Progress
): void => known.get(models)?.took(milliseconds, batch, before)

/** What a checkpoint of a run records of its workers; null: it has none. */
export const record = ({ models }: Pick<RunFields, "models">): CheckpointMeta["workers"] | null =>
  known.get(models)?.record() ?? null

/** Whether it is being measured if the workers of a run are faster. */
export const isMeasuring = ({ models }: Pick<RunFields, "models">): boolean =>
  known.get(models)?.isMeasuring() ?? false

/** Whether a run has workers, which may still be starting. */
export const isAttached = ({ models }: Pick<RunFields, "models">): boolean => known.has(models)

/**
 * The threads that were asked for, which load the pipeline; those whose number was given start at once. null:
 * there are none.
 */
export const start = (
  training: Pick<RunFields["config"]["training"], "shards">
): Effect.Effect<Threads.Threads | null, never, Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const requested = yield* WorkersRequested
    if (requested === null || requested.count === 0) return null
    const { shards = 1 } = training
    const count = countOf(requested, shards)
    if (requested.count === "auto" && count === 1) {
      yield* inform(
        "Workers",
        shards === 1
          ? t`the main thread computes the steps, as training.shards is 1: one worker is no faster, and several need a shard each`
          : t`the main thread computes the steps: this process has one core`
      )
      return null
    }
    const runtime = yield* Effect.runtime<Observer>()
    const { module } = requested
    const report = (message: string) => void Runtime.runFork(runtime)(warn("Workers", message))
    return yield* Effect.acquireRelease(
      Effect.sync(() => {
        const threads = Threads.make({ ...requested.threads, module, count, report })
        if (requested.count !== "auto") threads.start()
        return threads
      }),
      (threads) => Effect.promise(threads.close)
    )
  })

/** Has threads compute the steps of a run, as soon as they can. */
export const attach = (
  threads: Threads.Threads,
  run: RunFields
): Effect.Effect<void, never, Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const problem = problemOf(run)
    if (problem !== null) {
      yield* Effect.promise(threads.close)
      return yield* warn("Workers", t`${problem}: this thread computes, not workers`)
    }
    const { count: requested } = (yield* WorkersRequested)!
    const count = countOf({ count: requested }, shardCount(run))
    const { weights } = partsOf(run)
    const trained = weights.filter(({ trainable }) => trainable)
    const slotCount = Threads.slotCount(shardCount(run), count)
    const slots = GradientSlots.make(trained, slotCount)
    if (slots === null) {
      yield* Effect.promise(threads.close)
      return yield* warn(
        "Workers",
        t`the gradients of ${slotCount} shards take more than 4 GiB: this thread computes, not workers`
      )
    }
    const shared = SharedWeights.make(weights)
    shared.publish()
    const network = yield* networkOf(run)
    threads.assign(
      { kind: "build", network, weights: shared.memory, slots: slots.memory.buffer },
      slots.addresses
    )
    const steps = WorkerSteps.make(threads, run, shared, slots)
    const choice =
      requested === "auto"
        ? yield* auto(ofSteps(run, count), {
            start: () => threads.start({ isOneByOne: true }),
            isReady: () => threads.ready() >= count,
            warm: steps.warm,
            isWarm: steps.isWarm
          })
        : always
    const workers = workersOf({ threads, run, choice, steps, requested })
    yield* Effect.acquireRelease(
      Effect.sync(() => known.set(run.models, workers)),
      () => Effect.sync(() => known.delete(run.models))
    )
    if (requested !== "auto") {
      yield* inform("Workers", t`${count} workers compute the steps as soon as they have started`)
    }
  })

/** Says, once a run, that a custom step leaves workers little to do. */
export const sayCustomStep = ({
  models
}: Pick<RunFields, "models">): Effect.Effect<void, never, Observer> =>
  Effect.suspend(() => {
    if (!known.has(models) || told.has(models)) return Effect.void
    told.add(models)
    return inform(
      "Workers",
      t`the custom step of trainEpoch computes on the main thread, as workers know the losses of the objective only; workers evaluate, and compute what it gives to TrainStep.phases`
    )
  })

const told = new WeakSet<object>()

const workersOf = ({
  choice,
  requested,
  run,
  steps,
  threads
}: {
  readonly threads: Threads.Threads
  readonly run: RunFields
  readonly choice: Choice
  readonly steps: WorkerSteps.WorkerSteps
  readonly requested: number | "auto"
}): Workers => {
  const isUsed = () => threads.ready() > 0 && choice.usesWorkers()
  const left = timeLeft(run)
  return {
    isUsed,
    isMeasuring: choice.isMeasuring,
    count: threads.ready,
    took: (milliseconds, batch, before) => {
      steps.saw(batch, before)
      choice.took({ milliseconds, left: left(before) })
    },
    record: () => ({ requested, used: isUsed() ? threads.ready() : 0, ...choice.found() }),
    gradients: steps.gradients,
    evaluate: steps.evaluate
  }
}
