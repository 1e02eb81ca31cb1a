import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as tf from "../../tf.js"
import type { Backend } from "../../backends/Backend.js"
import type { Values } from "../../data/Batch.js"
import type { AnyDataset } from "../../data/Dataset.js"
import { t } from "../../language/Text.js"
import type { Builds, Stage } from "../../stage/Stage.js"
import { phasesOf, type BoundPhase } from "../BoundPhase.js"
import { acquireModels } from "../BuildModel.js"
import { configured } from "../ConfiguredObjective.js"
import { modelInput } from "../DatasetIdentity.js"
import type { Measured } from "../metric/Metric.js"
import { freeze, partsOf } from "../ModelParts.js"
import { withClassWeights, type AnyObjective } from "../Objective.js"
import { gradientsOf, type PhaseGradients } from "../PhaseGradients.js"
import * as Random from "../Random.js"
import type { Run, RunConfig } from "../Run.js"
import { ofShard } from "../shards/ShardedGradients.js"
import * as TrainStep from "../TrainStep.js"
import { tensorOf, type Weight } from "../Weights.js"
import * as GradientSlots from "./GradientSlots.js"
import { unpack } from "./PackedBatch.js"
import type {
  EvaluationResult,
  EvaluationTask,
  Network,
  Result,
  ShardResult,
  ShardTask,
  Task
} from "./Protocol.js"
import * as SharedWeights from "./SharedWeights.js"

/** The model of a run on this thread: computes what others ask for, with the weights that they publish. */
export interface Replica {
  readonly compute: (task: Task, slot: number) => Result
}

/** The stages of a pipeline, and those inside of them. */
type Stages = ReadonlyArray<Stage.Any>

/** Builds the model as the pipeline does. Fails where it is another one than that of the run. */
export const build = Effect.fn("Replica.build")(function* (
  stages: Stages,
  network: Network,
  shared: { readonly weights: SharedArrayBuffer; readonly slots: SharedArrayBuffer }
) {
  const { identity, layout, seed } = network
  const all = withChildren(stages)
  const parts = all.find((stage) => stage.builds !== undefined)?.builds
  const schema = all.find((stage) => stage.schema !== undefined)?.schema
  if (parts === undefined) return yield* Effect.fail(t`its pipeline trains no model`)
  const config = (
    schema === undefined ? network.config : Schema.decodeUnknownSync(schema)(network.config)
  ) as RunConfig
  const random = Random.make(seed)
  const models = yield* acquireModels(
    parts.model,
    random,
    modelInput(config as never, identity)
  ) as Effect.Effect<Readonly<Record<string, tf.LayersModel>>, unknown, Backend | Scope.Scope>
  const trained = new Set(network.weights.filter((one) => one.trainable).map(({ name }) => name))
  freeze(models, (name) => !trained.has(name))
  const { weights } = partsOf({ models })
  const isSame =
    weights.length === network.weights.length &&
    weights.every(({ name, trainable }, i) => {
      const other = network.weights[i]!
      return name === other.name && trainable === other.trainable
    })
  if (!isSame) return yield* Effect.fail(t`it builds another model than that of the run`)
  const run = {
    config,
    dataset: { ...layout, name: identity.name } as unknown as AnyDataset,
    models,
    model: Object.values(models)[0]!,
    objective: objectiveOf(parts, config, network),
    optimizers: {},
    random
  } as unknown as Run
  return replicaOf(run, weights, shared)
})

const withChildren = (stages: Stages): Stages =>
  stages.flatMap((stage) => [stage, ...withChildren(stage.children)])

const objectiveOf = (
  { objective }: Builds,
  { training }: RunConfig,
  { classWeights }: Network
): AnyObjective => {
  const own = Either.getOrThrow(configured(objective, training))
  return classWeights === null || "phases" in own || "outputs" in own
    ? own
    : withClassWeights(own, classWeights)
}

const replicaOf = (
  run: Run,
  weights: ReadonlyArray<Weight>,
  shared: { readonly weights: SharedArrayBuffer; readonly slots: SharedArrayBuffer }
): Replica => {
  const phases = phasesOf(run)
  const published = SharedWeights.make(weights, shared.weights)
  const trained = weights.filter(({ trainable }) => trainable)
  const { at } = GradientSlots.layoutOf(trained)
  const slotIndex = new Map(trained.map(({ name }, i) => [name, i]))
  const states = weights.flatMap((weight, index) => (weight.trainable ? [] : [{ weight, index }]))

  const shard = (task: ShardTask, slot: number): ShardResult => {
    const phase = phases[task.phase]!
    const before = states.map(({ weight }) => tensorOf(weight).dataId)
    let result: ShardResult
    tf.tidy(() => {
      const { draws, gradients, metrics, weight } = computed(run, phase, task)
      const present = phase.weights.map(({ name }) => {
        const gradient = gradients.get(name)
        const i = slotIndex.get(name)!
        const { size } = tensorOf(trained[i]!)
        const place = new Float32Array(shared.slots, slot + at[i]!, size)
        if (gradient === undefined) place.fill(0)
        else place.set(SharedWeights.read(gradient))
        return gradient !== undefined
      })
      const measured: Record<string, Measured> = {}
      for (const name in metrics) measured[name] = metrics[name]!.dataSync().slice()
      tf.dispose(metrics as Record<string, tf.Tensor>)
      result = { metrics: measured, weight, draws, present, moved: movedSince(before) }
    })
    return result!
  }

  const movedSince = (before: ReadonlyArray<object>): ShardResult["moved"] =>
    states.flatMap(({ index, weight }, i) => {
      const tensor = tensorOf(weight)
      return tensor.dataId === before[i]
        ? []
        : [{ index, values: tensor.dataSync().slice() as Values }]
    })

  const evaluation = (task: EvaluationTask): EvaluationResult => {
    const { position, split, step } = task
    const rng = Random.generator(run.random, "evaluate", split, step)
    const input = { run, batch: unpack(task.batch), position, rng }
    const { measured, outputs } = Effect.runSync(TrainStep.evaluateWithOutputs(input))
    return { measured: { ...measured }, outputs }
  }

  return {
    compute: (task, slot) => {
      published.load()
      if (task.kind === "evaluation") return evaluation(task)
      const end = performance.now() + (task.again ?? 0)
      let result = shard(task, slot)
      while (performance.now() < end) {
        // What its forward pass has moved is put back.
        published.load()
        result = shard(task, slot)
      }
      return result
    }
  }
}

const computed = (
  run: Run,
  phase: BoundPhase,
  { batch, draws, position, shard, shards }: ShardTask
): PhaseGradients & { readonly draws: number } => {
  const all = unpack(batch)
  if (shards > 1) {
    return { ...ofShard(run, phase, phase.loss, { batch: all, position }, shard), draws: 0 }
  }
  // The phases of a step draw one after the other.
  const draw = Random.generator(run.random, "step", position.epoch, position.step)
  for (let i = 0; i < draws; i++) draw()
  let drawn = 0
  const rng = () => {
    drawn += 1
    return draw()
  }
  const input = { batch: all, models: run.models, position, rng, training: true }
  const own = Random.withMathRandom(rng, () => gradientsOf(phase, phase.loss, input))
  return { ...own, draws: drawn }
}
