import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import { JsonNumber } from "../../io/JsonNumber.js"
import type { Accumulator, Metric } from "./Metric.js"

/**
 * A mean so far: without weights the sum over the examples, else the sum of value × weight over the
 * labels and that of the weights.
 */
export type MeanState = number | { readonly sum: number; readonly weight: number }

const schema = Schema.Union(JsonNumber, Schema.Struct({ sum: JsonNumber, weight: Schema.Number }))

const weighted = (state: MeanState, sum: number, weight: number): MeanState =>
  // Of a split all examples are weighted or none, so that a number is the 0 from before the first.
  typeof state === "number"
    ? { sum, weight }
    : { sum: state.sum + sum, weight: state.weight + weight }

const quotient = (state: MeanState, examples: number): number =>
  typeof state === "number" ? state / examples : state.sum / state.weight

/** The mean over the examples of what each batch measures as a sum over its examples. */
export const ofSums = (name: string): Accumulator<MeanState> => ({
  name,
  schema,
  init: 0,
  late,
  update: (state, measured, { size }) =>
    measured.length === 1 && typeof state === "number"
      ? state + measured[0]!
      : weighted(state, measured[0]!, measured[1] ?? size),
  compute: quotient
})

/** Its examples are not all of the epoch, so that it counts them itself. */
const late: MeanState = { sum: 0, weight: 0 }

/**
 * The mean of what each batch measures as its own mean: over the examples, or over the weights where
 * the sum of the batch's follows.
 */
export const ofMeans = (name: string): Accumulator<MeanState> => ({
  name,
  schema,
  init: 0,
  late,
  update: (state, measured, { size }) => {
    const weight = measured[1] ?? size
    return measured.length === 1 && typeof state === "number"
      ? state + measured[0]! * size
      : weighted(state, measured[0]! * weight, weight)
  },
  compute: quotient
})

/**
 * The mean of `values` over the labels: `values` gives one number (or boolean) for each. With weights
 * w it is Σ w × value / Σ w over all labels of the epoch.
 */
export const mean = (
  name: string,
  values: (labels: tf.Tensor, output: tf.Tensor) => tf.Tensor
): Metric<MeanState> => ({
  ...ofSums(name),
  measure: (labels, output, weights) =>
    weights === null
      ? perExample(values(labels, output), labels.shape[0]!)
      : sums(name, values(labels, output), weights)
})

/** The mean over each of so many examples, summed over the batch. The values may lie in one row. */
const perExample = (values: tf.Tensor, examples: number): tf.Tensor => {
  const sum = tf.sum(values).cast("float32")
  const each = values.size / examples
  return each === 1 ? sum : tf.div(sum, each)
}

const sums = (name: string, values: tf.Tensor, weights: tf.Tensor): tf.Tensor => {
  if (values.size !== weights.size) {
    throw new Error(
      `the metric ${name} gives ${values.size} values for ${weights.size} labels; weights need one for each`
    )
  }
  const flat = tf.reshape(values.cast("float32"), [-1])
  const weight = tf.reshape(weights, [-1])
  return tf.stack([tf.sum(tf.mul(flat, weight)), tf.sum(weight)])
}
