import type * as Schema from "effect/Schema"
import type { Values } from "../../backends/Readback.js"
import type { Tensor } from "../../tf.js"

/** What was read of a batch for a metric: the numbers of a tensor, row-major. */
export type Measured = Values | ReadonlyArray<number>

/**
 * Accumulates what batches measure to a number: a fold over the batches of an epoch. Its state is part
 * of the position in checkpoints, so that an epoch resumed halfway ends with the same number.
 */
export interface Accumulator<S = unknown> {
  /** The name in the history, after `train_` or `val_`. */
  readonly name: string
  /** Encodes a state as JSON, for checkpoints. */
  readonly schema: Schema.Schema.AnyNoContext
  /** The state before the first batch. */
  readonly init: S
  /** The state instead of that where the epoch has begun without this metric; left out, the same. */
  readonly late?: S
  /**
   * The state after one more batch of `size` examples, for which `measured` was read. Pure: it leaves
   * `state` and `measured` as they are and does not keep `measured`.
   */
  update(state: S, measured: Measured, batch: { readonly size: number }): S
  /** The number that goes into the history, from the state after `examples` examples. */
  compute(state: S, examples: number): number
  /** More than a number, for observers: a matrix, a curve. Must be JSON. */
  detail?(state: S): unknown
}

/**
 * A metric of an objective: what to measure of each batch, on the device, and how to accumulate it.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Metric } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * // The largest error of any example.
 * const worst = Metric.make({
 *   name: "worst",
 *   schema: Schema.Number,
 *   init: 0,
 *   measure: (labels, output) => tf.max(tf.abs(tf.sub(output, labels.reshape(output.shape)))),
 *   update: (state, [worst]) => Math.max(state, worst!),
 *   compute: (state) => state
 * })
 * ```
 */
export interface Metric<S = unknown> extends Accumulator<S> {
  /** The built-in objectives whose labels and outputs it is for, by name; left out: any. */
  readonly objectives?: ReadonlyArray<string>
  /**
   * What is read of a batch, as one new tensor of any shape. `labels` and `output` have the batch as
   * first dimension; `weights`, where examples are weighted or labels masked, has a weight for each
   * label and the shape of `labels`, else it is null. Runs in `tf.tidy`.
   */
  measure(labels: Tensor, output: Tensor, weights: Tensor | null): Tensor
}

/** Makes a metric. A state that is no JSON by itself (a NaN, a Map) is encoded by `schema`. */
export const make = <S, I>(
  metric: Omit<Metric<S>, "schema"> & { readonly schema: Schema.Schema<S, I> }
): Metric<S> => metric
