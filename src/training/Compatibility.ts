import type { LayersModel } from "../tf.js"
import * as tf from "../tf.js"
import { statefulLayers, unknownStateful } from "../backends/tfjs/layers/LayerStates.js"
import type { Checkpoint } from "../checkpointing/Checkpoint.js"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf } from "../data/Layout.js"
import { find } from "../io/InstalledPackage.js"
import { t } from "../language/Text.js"
import { identityOf } from "./DatasetIdentity.js"
import { IncompatibleCheckpoint, type WeightDifference } from "./IncompatibleCheckpoint.js"
import { ModelMismatch } from "./ModelMismatch.js"
import type { Models } from "./RunFields.js"
import { tensorOf, type Weight } from "./Weights.js"

const prefix = "model_state_dict."

/** The weights in which the model of a checkpoint differs from today's: missing, unexpected, reshaped. */
export const weightDifferences = (
  checkpoint: Checkpoint,
  weights: ReadonlyArray<Weight>
): ReadonlyArray<WeightDifference> => {
  const model = new Map(weights.map((weight) => [weight.name, tensorOf(weight).shape]))
  const saved = new Map(
    [...checkpoint.tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor.shape])
  )
  return [...new Set([...model.keys(), ...saved.keys()])]
    .map((name) => ({
      name,
      model: model.get(name) ?? null,
      checkpoint: saved.get(name) ?? null
    }))
    .filter(
      (tensor) =>
        `${tensor.model}` !== `${tensor.checkpoint}` || !tensor.model || !tensor.checkpoint
    )
}

/** Fails unless the checkpoint holds the model with these weights. */
export const checkArchitecture = (
  checkpoint: Checkpoint,
  path: string,
  weights: ReadonlyArray<Weight>
): Effect.Effect<void, IncompatibleCheckpoint> => {
  const differences = weightDifferences(checkpoint, weights)
  return differences.length === 0
    ? Effect.void
    : new IncompatibleCheckpoint({ reason: { _tag: "Architecture", path, differences } })
}

/** Fails unless the checkpoint holds all of these weights, in their shapes. */
export const checkHolds = (
  checkpoint: Checkpoint,
  weights: ReadonlyArray<Weight>
): Effect.Effect<void, IncompatibleCheckpoint> => {
  const differences = weightDifferences(checkpoint, weights).filter(({ model }) => model !== null)
  return differences.length === 0
    ? Effect.void
    : new IncompatibleCheckpoint({ reason: { _tag: "Weights", differences } })
}

/** Fails unless a builder returned layers models of the TensorFlow.js that Holdfast uses. */
export const checkBuilt = (models: Models): Effect.Effect<void, ModelMismatch> => {
  const wrong = Object.entries(models).find(([, model]) => !(model instanceof tf.LayersModel))
  const name = Object.keys(models).find((one) => !/^[\w-]+$/.test(one))
  const detail =
    wrong !== undefined
      ? notAModel(wrong[1])
      : name !== undefined
        ? t`a model cannot be called "${name}": use letters, digits, "-" and "_"`
        : Object.keys(models).length === 0
          ? t`the function model of restoreOrInit returns no layers model; make one by tf.sequential or tf.model`
          : null
  return detail === null
    ? Effect.void
    : Effect.fail(new ModelMismatch({ reason: "Builder", detail }))
}

const notAModel = (built: unknown): string => {
  const own = find(import.meta.url, "@tensorflow/tfjs-layers")
  return Predicate.isPromiseLike(built)
    ? t`the function model of restoreOrInit returns a promise; return an effect: Effect.promise(() => …)`
    : Predicate.hasProperty(built, "layers")
      ? t`the model is built by another copy of TensorFlow.js than the one that Holdfast trains with, ${own?.version} in ${own?.folder}. Find the copies with npm ls @tensorflow/tfjs-layers, and keep one: npm install @tensorflow/tfjs-core@${own?.version} @tensorflow/tfjs-layers@${own?.version}, then npm dedupe`
      : t`the function model of restoreOrInit returns no layers model; make one by tf.sequential or tf.model`
}

/**
 * Fails if a stateful layer keeps its state where no checkpoint finds it, if a batch would not have the
 * size that stateful layers are built for, or if batches are cut.
 */
export const checkStateful = (
  model: LayersModel,
  {
    batch_size: batchSize,
    drop_last,
    shards = 1
  }: { readonly batch_size: number; readonly drop_last: boolean; readonly shards?: number },
  dataset: AnyDataset
): Effect.Effect<void, ModelMismatch> => {
  const refuse = (layer: string, detail: string) =>
    Effect.fail(
      new ModelMismatch({
        reason: "StatefulLayer",
        detail: t`the stateful layer ${layer} ${detail}`
      })
    )
  const unknown = unknownStateful(model)
  if (unknown !== undefined) {
    return refuse(
      `"${unknown.name}" (${unknown.getClassName()})`,
      t`keeps a state that checkpoints cannot hold; keep it in a weight, made by addWeight with trainable false`
    )
  }
  const [layer] = statefulLayers(model)
  const taken = model.inputs[0]!.shape[0]
  if (layer !== undefined && shards > 1) {
    return refuse(
      `"${layer.path}"`,
      t`keeps a state for each example of a batch, which training.shards = ${shards} would cut; set training.shards to 1`
    )
  }
  if (layer === undefined || taken == null) return Effect.void
  if (taken !== batchSize) {
    return refuse(
      `"${layer.path}"`,
      t`takes batches of ${taken}, but training.batch_size is ${batchSize}; build the model with batchInputShape: [config.training.batch_size, …]`
    )
  }
  const ragged = (["train", "validation", "test"] as const).find(
    (split) => dataset[split].size % batchSize !== 0 && !(drop_last && split === "train")
  )
  return ragged === undefined
    ? Effect.void
    : refuse(
        `"${layer.path}"`,
        t`takes batches of ${taken}, but the last one of the ${ragged} split has ${dataset[ragged].size % batchSize}; choose a training.batch_size that divides the size of every split, or leave examples out`
      )
}

/** Fails unless the checkpoint's model was trained to tell as many classes apart as the data has. */
export const checkClassCount = (
  checkpoint: Checkpoint,
  path: string,
  dataset: AnyDataset
): Effect.Effect<void, IncompatibleCheckpoint> => {
  const before = checkpoint.meta.dataset
  const label = (data: string, name: string | null) => (name === null ? data : `${data}, ${name}`)
  const differing = layoutOf(dataset)
    .labels.map(({ classes = [], name }) => ({
      before: {
        name: label(before.name, name),
        classes: name === null ? before.classes : (before.labels?.[name]?.classes ?? [])
      },
      now: { name: label(dataset.name, name), classes }
    }))
    .find(({ before, now }) => now.classes.length !== before.classes.length)
  return differing === undefined
    ? Effect.void
    : new IncompatibleCheckpoint({
        reason: { _tag: "Classes", path, ...differing }
      })
}

/** Fails unless the checkpoint was trained on this data, split in this way. */
export const checkDataset = (
  checkpoint: Checkpoint,
  path: string,
  dataset: AnyDataset
): Effect.Effect<void, IncompatibleCheckpoint> => {
  const before = checkpoint.meta.dataset
  return before.fingerprint === dataset.fingerprint
    ? Effect.void
    : new IncompatibleCheckpoint({
        reason: { _tag: "Dataset", path, before, now: identityOf(dataset) }
      })
}
