import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import type { Batch, Sized } from "./Batch.js"
import { problemOf } from "./checkBatch.js"
import { DataError } from "./DataError.js"
import { isLabelled, layoutOf, type AnyLayout, type LayoutOf } from "./Layout.js"

/** Draws a number from [0, 1), uniformly. */
export type Rng = () => number

/** What an example is, for people: a file, a line of a table, a recording. */
export interface ExampleDescription {
  readonly name: string
  /** The file that it is from; absolute, so that it is found from anywhere. */
  readonly path?: string
  /** The part of a recording that it is, in seconds. */
  readonly from?: number
  readonly to?: number
}

/** In which epoch a split of unknown length is read. */
export interface StreamEpoch {
  readonly epoch: number
  /** Random numbers of the epoch, for each block of examples that is shuffled. */
  readonly rng: (block: number) => Rng
  /** Whether a last batch of fewer examples is left out. */
  readonly fullBatches: boolean
}

/** One split of a dataset: examples that are fetched by index, in any order. */
export interface Examples<out B extends Sized = Batch> {
  /**
   * Infinity where it is not known: then indices follow each other, and the split ends with a batch that
   * `isLast`, or an empty one.
   */
  readonly size: number
  /**
   * Fetches the examples at `indices`. Where `rng` is given, random augmentation (a crop, say) may
   * draw from it, and from nothing else; without it the result is a function of the indices alone.
   */
  readonly batch: (
    indices: Int32Array,
    rng?: Rng,
    /** In training, for a split of unknown length. */
    epoch?: StreamEpoch
  ) => Effect.Effect<B, DataError>
  /**
   * How many batches are fetched ahead of the step where fetching takes waiting; default: 1. Each is held in
   * memory. Where threads prepare them, as many as keep these at work: `DataWorkers.ahead`.
   */
  readonly ahead?: number
  /**
   * The class of each example, where it is known without reading the inputs. Left out,
   * `training.sampler` and `training.class_weights` read every batch once if they look at labels.
   */
  readonly labels?: Effect.Effect<Int32Array, DataError>
  /**
   * Says what the example at `index` is, where people look at single ones: those that the model classifies
   * worst (event `MetricDetail`, `worst_examples`). Without it they are known by their index.
   */
  readonly describe?: (index: number) => ExampleDescription
}

/** What the training loop needs of a dataset; its batches hold what it likes. */
export interface Splits<out B extends Sized = Sized> {
  readonly name: string
  /** sha256 over every example, its label and its split: equal means the same data, whatever its path. */
  readonly fingerprint: string
  readonly train: Examples<B>
  readonly validation: Examples<B>
  readonly test: Examples<B>
}

/** A dataset whose batches are `B`, or of any kind, whatever it declares of them. */
export type AnyDataset<B extends Sized = Sized> = Splits<B> & AnyLayout

/**
 * What a model is trained, validated and tested on. Its batches are `B`: by default one input and one
 * label each, of which `inputShape`, `labelShape` and `classes` tell. With several by name
 * (`LabelledBatch<{ image: Uint8Array }, { age: Float32Array; sex: Int32Array }>`) `inputs` and
 * `labels` declare each. A batch of any other kind is for custom phases, and nothing is declared.
 */
export type Dataset<B extends Sized = Batch> = AnyDataset<B> & LayoutOf<B>

/** The names of a dataset's splits. */
export type SplitName = "train" | "validation" | "test"

/**
 * Fetches a batch of a split. Fails if its arrays are not as the dataset declares them, or if a label
 * is none of the classes: no gradient would tell.
 */
export const fetch = <B extends Sized>(
  dataset: AnyDataset<B>,
  split: SplitName,
  indices: Int32Array,
  rng?: Rng,
  epoch?: StreamEpoch
): Effect.Effect<B, DataError> =>
  Effect.suspend(() => {
    const pause = paced()
    return Effect.flatMap(dataset[split].batch(indices, rng, epoch), (batch) => {
      const problem = isLabelled(batch) ? problemOf(layoutOf(dataset), batch, indices) : null
      return problem === null
        ? // After a batch that took long, a signal is seen before the step on it begins.
          Effect.as(pause, batch)
        : Effect.fail(
            new DataError({
              reason: "Mismatch",
              path:
                problem.example === null
                  ? t`${dataset.name}, a batch of ${split}`
                  : t`${dataset.name}, ${split} example ${problem.example}`,
              detail: problem.detail
            })
          )
    })
  })
