import * as tf from "../tf.js"
import type { Arrays, LabelledBatch, Values } from "../data/Batch.js"
import { arrayOf, lengthOf, masksOf, weightsOf, type Field, type Layout } from "../data/Layout.js"
import type { Head } from "./Heads.js"
import type { ShardOf } from "./shards/Shards.js"

/** How much each label counts: numbers in the labels' shape, and their sum. */
export interface Weights {
  readonly tensor: tf.Tensor
  readonly sum: number
}

/** The labels of one output. */
export interface Target {
  readonly labels: tf.Tensor
  /** By sample weights and masks; null: all count the same. */
  readonly weights: Weights | null
  /** By class weights too, for the loss. */
  readonly lossWeights: Weights | null
}

/** One input as a tensor, [count, ...shape]: float32, or int32 for integers that are not normalized. */
export const inputTensor = (values: Values, field: Field, count: number): tf.Tensor => {
  const { dtype = "float32", normalization, shape } = field
  return normalization === undefined
    ? tf.tensor(values, [count, ...shape], dtype === "float32" ? "float32" : "int32")
    : tf.tensor(normalized(values, normalization), [count, ...shape], "float32")
}

const normalized = (
  values: Values,
  { offset, scale }: NonNullable<Field["normalization"]>
): Float32Array => {
  const floats = new Float32Array(values.length)
  if (values instanceof Uint8Array) {
    // Of 256 values each is computed once.
    const table = Float32Array.from({ length: 256 }, (_, x) => x * scale + offset)
    for (let i = 0; i < values.length; i++) floats[i] = table[values[i]!]!
  } else {
    for (let i = 0; i < values.length; i++) floats[i] = values[i]! * scale + offset
  }
  return floats
}

// Not `inputNames` and `outputNames`, which sequential models do not have.
/** The names of a model's inputs, those of its input layers. */
export const inputNamesOf = ({ inputs }: tf.LayersModel): ReadonlyArray<string> =>
  inputs.map(({ sourceLayer }) => sourceLayer.name)

/** The names of a model's outputs, those of the layers that give them. */
export const outputNamesOf = ({ outputs }: tf.LayersModel): ReadonlyArray<string> =>
  outputs.map(({ sourceLayer }) => sourceLayer.name)

/** `count` inputs as tensors, in the order in which a model with these names takes them. */
export const inputsOf = (
  fields: Layout["inputs"],
  inputs: Arrays,
  count: number,
  inputNames: ReadonlyArray<string>
): ReadonlyArray<tf.Tensor> => {
  const tensors = fields.map((field) =>
    inputTensor(arrayOf<Values>(inputs, field.name)!, field, count)
  )
  return tensors.length === 1
    ? tensors
    : inputNames.map((name) => tensors[fields.findIndex((field) => field.name === name)]!)
}

/** What the model makes of inputs: its outputs in their order. */
export const outputsOf = (
  model: tf.LayersModel,
  inputs: ReadonlyArray<tf.Tensor>,
  training: boolean
): ReadonlyArray<tf.Tensor> => {
  const given = inputs.length === 1 ? inputs[0]! : [...inputs]
  return [model.apply(given, { training }) as tf.Tensor | Array<tf.Tensor>].flat()
}

/**
 * What a batch says an output should be. The weights of a shard sum up to its share of those of the batch
 * that it is cut from, so that each label counts in the loss as it does there.
 */
export const targetOf = (
  head: Head,
  batch: LabelledBatch,
  shardOf?: ShardOf<LabelledBatch>
): Target => {
  const { field, objective } = head
  const shape = [batch.size, ...field.shape]
  const { given, labels, lossWeights } = labelsOf(head, batch)
  const weights = given === null ? null : weightsTensor(given, shape)
  const forLoss = lossWeights === given ? weights : weightsTensor(lossWeights!, shape)
  return {
    labels: tf.tensor(labels, shape, objective.labelType),
    weights,
    lossWeights:
      forLoss === null || shardOf === undefined
        ? forLoss
        : { ...forLoss, sum: sumOf(labelsOf(head, shardOf.batch).lossWeights!) * shardOf.share }
  }
}

/** The labels of a batch for an output, 0 where masked, and their weights: as given, and in the loss. */
const labelsOf = ({ field, objective: { classWeights } }: Head, batch: LabelledBatch) => {
  const values = arrayOf<Values>(batch.labels, field.name)!
  const mask = masksOf(batch, field)
  const given = labelWeights(lengthOf(field.shape), weightsOf(batch, field), mask, values.length)
  const labels = mask === undefined ? values : values.map((label, i) => (mask[i] === 0 ? 0 : label))
  const lossWeights = classWeights === undefined ? given : byClass(classWeights, labels, given)
  return { given, labels, lossWeights }
}

/** The weight of each of `count` labels, `each` of which belong to an example; null: all count the same. */
export const labelWeights = (
  each: number,
  weights: Float32Array | undefined,
  mask: Uint8Array | undefined,
  count: number
): Float32Array | null => {
  if (weights === undefined && mask === undefined) return null
  const all = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    if (mask?.[i] !== 0) all[i] = weights === undefined ? 1 : weights[Math.floor(i / each)]!
  }
  return all
}

/** Multiplied by the weight of each label's class. */
export const byClass = (
  classWeights: ReadonlyArray<number>,
  labels: Values,
  weights: Float32Array | null
): Float32Array => {
  const all = new Float32Array(labels.length)
  for (let i = 0; i < all.length; i++) {
    all[i] = (weights === null ? 1 : weights[i]!) * classWeights[labels[i]!]!
  }
  return all
}

const weightsTensor = (values: Float32Array, shape: Array<number>): Weights => ({
  tensor: tf.tensor(values, shape, "float32"),
  sum: sumOf(values)
})

const sumOf = (values: Float32Array): number => values.reduce((sum, weight) => sum + weight, 0)
