import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as tf from "../../tf.js"
import { schemaOf } from "../../config/Compare.js"
import type { Sized, Values } from "../../data/Batch.js"
import { inform, warn } from "../../events/Notice.js"
import type { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import type { BoundPhase } from "../BoundPhase.js"
import { identityOf } from "../DatasetIdentity.js"
import type { Measured } from "../metric/Metric.js"
import { partsOf } from "../ModelParts.js"
import type { Progress } from "../Progress.js"
import type { RunFields } from "../RunFields.js"
import * as MergedStates from "../shards/MergedStates.js"
import {
  mergeMetrics,
  shardCount,
  totalOf,
  type ShardedGradients
} from "../shards/ShardedGradients.js"
import { shardsOf, type Shard } from "../shards/Shards.js"
import { tensorOf } from "../Weights.js"
import * as AutoChoice from "./AutoChoice.js"
import * as GradientSlots from "./GradientSlots.js"
import { makePacker } from "./PackedBatch.js"
import type { EvaluationResult, Network, ShardResult } from "./Protocol.js"
import { countOf, WorkersRequested } from "./Requested.js"
import * as SharedWeights from "./SharedWeights.js"
import * as Threads from "./Threads.js"

/** The workers of a run. Whatever they cannot do, this thread does, with the same bits. */
export interface Workers {
  /** Whether they can compute now, and are as fast as this thread if that matters. */
  readonly isUsed: () => boolean
  /** How many of them can compute now. */
  readonly count: () => number
  /** Takes note of how long a step has taken. */
  readonly took: (milliseconds: number) => void
  /**
   * Computes loss and gradients of a phase. What it gives makes tensors of them on this thread, without a
   * break, and moves the weights that the forward pass has moved; until then nothing has changed. null:
   * the workers cannot.
   */
  readonly gradients: (
    phase: Pick<BoundPhase, "weights">,
    index: number,
    input: { readonly batch: Sized; readonly position: Progress }
  ) => Effect.Effect<(() => ShardedGradients) | null>
  /** Evaluates a batch with the weights as they are now; null: the workers cannot. */
  readonly evaluate: (
    input: { readonly batch: Sized; readonly position: Progress },
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

/** Takes note of how long a step of a run has taken. */
export const took = ({ models }: Pick<RunFields, "models">, milliseconds: number): void =>
  known.get(models)?.took(milliseconds)

/** Whether a run has workers, which may still be starting. */
export const isAttached = ({ models }: Pick<RunFields, "models">): boolean => known.has(models)

/** Starts the threads that were asked for, which load the pipeline; null: none were. */
export const start = (
  training: Pick<RunFields["config"]["training"], "shards">
): Effect.Effect<Threads.Threads | null, never, Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const requested = yield* WorkersRequested
    if (requested === null || requested.count === 0) return null
    const runtime = yield* Effect.runtime<Observer>()
    const { module } = requested
    const count = countOf(requested, training.shards ?? 1)
    const report = (message: string) => void Runtime.runFork(runtime)(warn("Workers", message))
    return yield* Effect.acquireRelease(
      Effect.sync(() => Threads.make({ ...requested.threads, module, count, report })),
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
    const requested = (yield* WorkersRequested)!
    const workers = countOf(requested, shardCount(run))
    const { weights } = partsOf(run)
    const trained = weights.filter(({ trainable }) => trainable)
    const count = Threads.slotCount(shardCount(run), workers)
    const slots = GradientSlots.make(trained, count)
    if (slots === null) {
      yield* Effect.promise(threads.close)
      return yield* warn(
        "Workers",
        t`the gradients of ${count} shards take more than 4 GiB: this thread computes, not workers`
      )
    }
    const shared = SharedWeights.make(weights)
    shared.publish()
    const network = yield* networkOf(run)
    threads.assign(
      { kind: "build", network, weights: shared.memory, slots: slots.memory.buffer },
      slots.addresses
    )
    const runtime = yield* Effect.runtime<Observer>()
    const choice =
      requested.count === "auto"
        ? chooser((found) => void Runtime.runFork(runtime)(inform("Workers", found)), workers)
        : always
    yield* Effect.acquireRelease(
      Effect.sync(() => known.set(run.models, workersOf(threads, run, shared, slots, choice))),
      () => Effect.sync(() => known.delete(run.models))
    )
    if (requested.count !== "auto") {
      yield* inform("Workers", t`${workers} workers compute the steps as soon as they have started`)
    }
  })

/** Whether the workers are to be used, as far as speed goes. */
interface Choice {
  readonly usesWorkers: () => boolean
  readonly took: (milliseconds: number) => void
}

const always: Choice = { usesWorkers: () => true, took: () => {} }

/** Has what is faster compute; says what that is when it is known. */
const chooser = (say: (found: string) => void, count: number): Choice => {
  let choice = AutoChoice.begin
  return {
    usesWorkers: () => choice.uses === "workers",
    took: (milliseconds) => {
      const before = choice
      choice = AutoChoice.next(before, milliseconds)
      if (choice.chosen === null || choice.chosen === before.chosen) return
      const [faster, slower] = [choice.found.workers!, choice.found.thread!].map((ms) =>
        ms.toFixed(1)
      )
      say(
        choice.chosen === "workers"
          ? t`${count} workers compute the steps: a step takes ${faster} ms with them, ${slower} ms without`
          : t`the main thread computes the steps: a step takes ${faster} ms with ${count} workers, ${slower} ms without`
      )
    }
  }
}

/** Why workers cannot compute the steps of a run; null: they can. */
const problemOf = (run: RunFields): string | null => {
  if (run.backend !== "wasm" && run.backend !== "cpu") {
    return t`workers compute on the backends wasm and cpu, and this run on ${run.backend}`
  }
  if (partsOf(run).statefulLayers.length > 0) {
    return t`the stateful layer ${partsOf(run).statefulLayers[0]!.path} keeps its states on one thread`
  }
  return "phases" in run.objective && run.objective.phases.length > 1 && shardCount(run) === 1
    ? t`the phases of a step share their random numbers where training.shards is 1; set it to 2`
    : null
}

/** What a dataset declares of its batches. */
const layoutFields = [
  "classes",
  "inputShape",
  "inputs",
  "inputType",
  "labels",
  "labelShape",
  "masked",
  "normalization",
  "weighted"
] as const

const networkOf = (run: RunFields) =>
  Effect.sync((): Network => {
    const { config, dataset, objective, random } = run
    const schema = schemaOf(config)
    const layout = Object.fromEntries(
      layoutFields.flatMap((name) => (dataset[name] === undefined ? [] : [[name, dataset[name]]]))
    )
    return {
      config: schema === undefined ? config : Schema.encodeSync(schema)(config),
      seed: random.seed,
      layout,
      identity: identityOf(dataset),
      weights: partsOf(run).weights.map(({ name, trainable }) => ({ name, trainable })),
      classWeights: ("classWeights" in objective && objective.classWeights) || null,
      backend: run.backend as Network["backend"]
    }
  })

const workersOf = (
  threads: Threads.Threads,
  run: RunFields,
  shared: SharedWeights.SharedWeights,
  slots: GradientSlots.GradientSlots,
  choice: Choice
): Workers => {
  const { weights } = partsOf(run)
  const slotIndex = new Map(
    weights.filter(({ trainable }) => trainable).map(({ name }, i) => [name, i])
  )
  const packer = makePacker()

  const gradients: Workers["gradients"] = (phase, index, { batch, position }) =>
    Effect.async((resume) => {
      const count = shardCount(run)
      const shards = shardsOf(batch.size, count)
      shared.publish()
      const packed = packer.pack(batch)
      const tasks = shards.map((shard) => ({
        kind: "shard" as const,
        phase: index,
        shard,
        shards: count,
        batch: packed,
        position
      }))
      const abandon = threads.compute(tasks, (outcomes) =>
        resume(
          Effect.succeed(
            typeof outcomes === "string" ? null : () => joined(phase, shards, outcomes)
          )
        )
      )
      return Effect.sync(abandon)
    })

  const joined = (
    phase: Pick<BoundPhase, "weights">,
    shards: ReadonlyArray<Shard>,
    outcomes: ReadonlyArray<Threads.Outcome>
  ): ShardedGradients => {
    const results = outcomes.map(({ result }) => result as ShardResult)
    const addresses = outcomes.map(({ slot }) => slot)
    const summed = new Map<string, tf.Tensor>()
    phase.weights.forEach((weight, i) => {
      if (!results.some(({ present }) => present[i])) return
      const sum = slots.sum(addresses, slotIndex.get(weight.name)!)
      summed.set(weight.name, tf.tensor(SharedWeights.own(sum), tensorOf(weight).shape))
    })
    move(shards, results)
    threads.release(outcomes)
    const byShard = new Map(shards.map((shard, i) => [shard, results[i]!.metrics]))
    const measured =
      shardCount(run) === 1
        ? results[0]!.metrics
        : mergeMetrics(shards, (shard) => byShard.get(shard)!)
    return {
      gradients: summed,
      metrics: {},
      weight: totalOf(results.map(({ weight }) => weight)),
      merge: (read) => ({ ...(measured as Record<string, Measured>), ...read })
    }
  }

  /** Gives the weights that the forward passes have moved their merged values. */
  const move = (shards: ReadonlyArray<Shard>, results: ReadonlyArray<ShardResult>) => {
    const indices = new Set(results.flatMap(({ moved }) => moved.map(({ index }) => index)))
    if (indices.size === 0) return
    const assign = ({ moved }: ShardResult) =>
      tf.tidy(() => {
        for (const { index, values } of moved) {
          const variable = tensorOf(weights[index]!)
          variable.assign(tensorLike(values, variable))
        }
      })
    if (shardCount(run) === 1) return assign(results[0]!)
    const states = MergedStates.begin([...indices].map((index) => weights[index]!))
    results.forEach((result, i) => {
      assign(result)
      states.add(shards[i]!.share)
    })
    states.finish()
    states.dispose()
  }

  const evaluate: Workers["evaluate"] = ({ batch, position }, split, step) =>
    Effect.async((resume) => {
      shared.publish()
      // Several are evaluated at the same time, each in memory of its own.
      const packed = makePacker().pack(batch)
      const task = { kind: "evaluation" as const, split, step, batch: packed, position }
      const abandon = threads.compute([task], (outcomes) =>
        resume(
          Effect.succeed(
            typeof outcomes === "string" ? null : (outcomes[0]!.result as EvaluationResult)
          )
        )
      )
      return Effect.sync(abandon)
    })

  const isReady = () => threads.ready() > 0
  return {
    isUsed: () => isReady() && choice.usesWorkers(),
    count: threads.ready,
    took: (milliseconds) => {
      if (isReady()) choice.took(milliseconds)
    },
    gradients,
    evaluate
  }
}

const tensorLike = (values: Values, { dtype, shape }: tf.Tensor): tf.Tensor =>
  tf.tensor(values, shape, dtype as "float32")
