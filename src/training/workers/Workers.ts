import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import type { Sized } from "../../data/Batch.js"
import type { Rng } from "../../data/Dataset.js"
import { stepsFrom } from "../../data/Order.js"
import { inform, warn } from "../../events/Notice.js"
import type { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import type { BoundPhase } from "../BoundPhase.js"
import { partsOf } from "../ModelParts.js"
import type { StepPosition } from "../Phase.js"
import type { Progress } from "../Progress.js"
import type { RunFields } from "../RunFields.js"
import { shardCount, type ShardedGradients } from "../shards/ShardedGradients.js"
import { shardsOf } from "../shards/Shards.js"
import { always, auto, type Choice } from "./Choosing.js"
import * as GradientSlots from "./GradientSlots.js"
import * as JoinedShards from "./JoinedShards.js"
import { networkOf, problemOf } from "./Network.js"
import { makePacker, type Packed } from "./PackedBatch.js"
import type { EvaluationResult, ShardResult, ShardTask } from "./Protocol.js"
import { countOf, WorkersRequested } from "./Requested.js"
import * as SharedWeights from "./SharedWeights.js"
import * as Threads from "./Threads.js"

/** The workers of a run. Whatever they cannot do, this thread does, with the same bits. */
export interface Workers {
  /** Whether they can compute now, and are as fast as this thread if that matters. */
  readonly isUsed: () => boolean
  /** How many of them can compute now. */
  readonly count: () => number
  /** Takes note of a step: how long it has taken, on which batch, and where the run was before. */
  readonly took: (milliseconds: number, batch: Sized, before: Progress) => void
  /** What a checkpoint records of them. */
  readonly record: () => NonNullable<CheckpointMeta["workers"]>
  /**
   * Computes loss and gradients of a phase, in order of the phases. What it gives makes tensors of them on this
   * thread, without a break, and moves the weights that the forward pass has moved; until then nothing has
   * changed. null: the workers cannot.
   */
  readonly gradients: (
    phase: Pick<BoundPhase, "weights">,
    index: number,
    input: { readonly batch: Sized; readonly position: StepPosition; readonly rng: Rng }
  ) => Effect.Effect<(() => ShardedGradients) | null>
  /** Evaluates a batch with the weights as they are now; null: the workers cannot. */
  readonly evaluate: (
    input: { readonly batch: Sized; readonly position: StepPosition },
    split: string,
    step: number
  ) => Effect.Effect<EvaluationResult | null>
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
          : t`the main thread computes the steps: this machine has one core`
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
    const steps = stepsOf(threads, run, shared, slots)
    const choice =
      requested === "auto"
        ? yield* auto(run, count, {
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

/** What threads compute of a run. */
const stepsOf = (
  threads: Threads.Threads,
  run: RunFields,
  shared: SharedWeights.SharedWeights,
  slots: GradientSlots.GradientSlots
) => {
  const packer = makePacker()
  const joined = JoinedShards.make(run, slots)
  const count = shardCount(run)
  /** The step before now: its random numbers, how many of them its phases have drawn, and how many phases there were. */
  let last = { rng: null as Rng | null, draws: 0, phases: 0 }
  let latest: { readonly batch: Sized; readonly position: StepPosition } | null = null
  let isWarm = false

  const tasksOf = (batch: Sized, packed: Packed, position: StepPosition) => {
    const { epoch, globalStep, step } = position
    return shardsOf(batch.size, count).map((shard): ShardTask => ({
      kind: "shard",
      phase: 0,
      shard,
      shards: count,
      batch: packed,
      position: { epoch, step, globalStep },
      draws: 0
    }))
  }

  const gradients: Workers["gradients"] = (phase, index, { batch, position, rng }) =>
    Effect.async((resume) => {
      if (index === 0) last = { rng, draws: 0, phases: 0 }
      // Where this thread has computed an earlier phase, nobody knows how many numbers that has drawn.
      if (last.rng !== rng || last.phases !== index) return resume(Effect.succeed(null))
      shared.publish()
      const tasks = tasksOf(batch, packer.pack(batch), position).map((task) => ({
        ...task,
        phase: index,
        draws: last.draws
      }))
      const abandon = threads.compute(tasks, (outcomes) => {
        if (typeof outcomes === "string") return resume(Effect.succeed(null))
        const join = () => {
          const shards = tasks.map(({ shard }) => shard)
          const gradients = joined.join(phase, shards, outcomes)
          threads.release(outcomes)
          const { draws } = outcomes[0]!.result as ShardResult
          for (let i = 0; i < draws; i++) rng()
          last = { rng, draws: last.draws + draws, phases: index + 1 }
          return gradients
        }
        resume(Effect.succeed(join))
      })
      return Effect.sync(abandon)
    })

  const evaluate: Workers["evaluate"] = ({ batch, position }, split, step) =>
    Effect.async((resume) => {
      shared.publish()
      // Several are evaluated at the same time, each in memory of its own.
      const packed = makePacker().pack(batch)
      const { epoch, globalStep, step: at } = position
      const where = { epoch, step: at, globalStep }
      const task = { kind: "evaluation" as const, split, step, batch: packed, position: where }
      const abandon = threads.compute([task], (outcomes) =>
        resume(
          Effect.succeed(
            typeof outcomes === "string" ? null : (outcomes[0]!.result as EvaluationResult)
          )
        )
      )
      return Effect.sync(abandon)
    })

  return {
    gradients,
    evaluate,
    /** Takes note of a batch that workers can warm up with. */
    saw: (batch: Sized, position: StepPosition) => void (latest = { batch, position }),
    /** Has each thread compute the latest batch again and again for a while. */
    warm: () => {
      shared.publish()
      const { batch, position } = latest!
      const tasks = tasksOf(batch, makePacker().pack(batch), position).map((task) => ({
        ...task,
        again: warmUp
      }))
      threads.compute(tasks, (outcomes) => {
        if (typeof outcomes !== "string") threads.release(outcomes)
        isWarm = true
      })
    },
    isWarm: () => isWarm
  }
}

/** For how many milliseconds threads warm up: a step of a tenth of that is as fast then as it will be. */
const warmUp = 1000

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
  readonly steps: ReturnType<typeof stepsOf>
  readonly requested: number | "auto"
}): Workers => {
  const isUsed = () => threads.ready() > 0 && choice.usesWorkers()
  const { num_epochs } = run.config.training
  const { size } = run.dataset.train
  const perEpoch = stepsFrom(0, size, run.config.training)
  const begun = performance.now()
  return {
    isUsed,
    count: threads.ready,
    took: (milliseconds, batch, before) => {
      steps.saw(batch, before)
      const { epoch, step } = before
      const left = (num_epochs - epoch) * perEpoch - step
      choice.took({
        milliseconds,
        left: (each) => (Number.isFinite(left) ? left * each : performance.now() - begun)
      })
    },
    record: () => ({ requested, used: isUsed() ? threads.ready() : 0, ...choice.found() }),
    gradients: steps.gradients,
    evaluate: steps.evaluate
  }
}
