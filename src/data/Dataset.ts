import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import { DataError } from "./DataError.js"

/** Draws a number from [0, 1), uniformly. */
export type Rng = () => number

/** Some examples side by side: `inputs` is [size, ...inputShape], `labels` [size, ...labelShape]. */
export interface Batch {
  readonly size: number
  readonly inputs: Float32Array
  readonly labels: Int32Array | Float32Array
}

/** One split of a dataset: examples that can be fetched by index, in any order. */
export interface Examples {
  readonly size: number
  /**
   * Fetches the examples at `indices`. Where `draw` is given, random augmentation (a crop, say) may
   * draw from it, and from nothing else; without it the result is a function of the indices alone.
   */
  readonly batch: (indices: Int32Array, draw?: Rng) => Effect.Effect<Batch, DataError>
}

/** What a model is trained, validated and tested on. */
export interface Dataset {
  readonly name: string
  /** sha256 over every example, its label and its split: equal means the same data, whatever its path. */
  readonly fingerprint: string
  /** The shape of one input, without the batch dimension. */
  readonly inputShape: ReadonlyArray<number>
  /** The shape of one label: [] for a class index. */
  readonly labelShape: ReadonlyArray<number>
  /** The names of the classes, by label; empty for a regression. */
  readonly classes: ReadonlyArray<string>
  readonly train: Examples
  readonly validation: Examples
  readonly test: Examples
}

/** The names of a dataset's splits. */
export type SplitName = "train" | "validation" | "test"

/** Fetches a batch of a split. Fails if a label is none of the classes: no gradient would tell. */
export const fetch = (
  dataset: Dataset,
  split: SplitName,
  indices: Int32Array,
  draw?: Rng
): Effect.Effect<Batch, DataError> =>
  Effect.suspend(() => {
    const breath = paced()
    return Effect.flatMap(dataset[split].batch(indices, draw), (batch) => {
      const { classes, name } = dataset
      const wrong =
        classes.length === 0 ? -1 : batch.labels.findIndex((label) => !(label in classes))
      return wrong === -1
        ? // After a batch that took long, a signal is seen before the step on it begins.
          Effect.as(breath, batch)
        : Effect.fail(
            new DataError({
              reason: "Mismatch",
              path: t`${name}, ${split} example ${indices[wrong]}`,
              detail: t`its label is ${batch.labels[wrong]}, but there are ${classes.length} classes, from 0`
            })
          )
    })
  })
