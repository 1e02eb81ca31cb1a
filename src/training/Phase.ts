import type { LayersModel, Scalar, Tensor } from "../tf.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Batch, Sized } from "../data/Batch.js"
import type { Rng } from "../data/Dataset.js"
import type { Accumulator } from "./metric/Metric.js"
import type { OptimizerFactory } from "./Optimizer.js"
import type { ShardOf } from "./shards/Shards.js"

/** The models of a run, by name. */
export type Models = Readonly<Record<string, LayersModel>>

/** An epoch counts from 0, and so does a step in it; `globalStep` counts steps through all epochs. */
export interface StepPosition {
  readonly epoch: number
  readonly step: number
  readonly globalStep: number
}

/** What a loss is computed from. */
export interface LossInput<out M extends Models = Models, out B extends Sized = Batch> {
  readonly models: M
  readonly batch: B
  /**
   * Uniform in [0, 1), derived from the seed and the position. While a loss is computed, `Math.random`
   * draws from it too, so that `tf.randomNormal` and dropout are exact after a resumption.
   */
  readonly rng: Rng
  readonly position: StepPosition
  /** Whether layers behave as in training: give it to `model.apply(inputs, { training })`. */
  readonly training: boolean
  /**
   * Where `training.shards` cuts batches: the batch that this one is a shard of. The gradients of a shard
   * are multiplied by its share of the examples; a loss that weights them otherwise needs the rest.
   */
  readonly shardOf?: ShardOf<B> | undefined
}

/** The loss of a batch, through which gradients flow, and what is measured beside it. */
export interface Loss {
  /** The mean over the batch. */
  readonly loss: Scalar
  /** How much that mean counts in the epoch's: the sum of the weights; left out, the examples count. */
  readonly weight?: number | undefined
  /**
   * What further metrics measure, by name: a scalar, the sum over the batch's examples, or whatever the
   * metric of the phase accumulates. A function is called after the gradients, which are then not slowed
   * down by it; what it reads must be kept (`tf.keep`) and disposed of in it.
   */
  readonly metrics?: Readonly<Record<string, Tensor>> | (() => Readonly<Record<string, Tensor>>)
}

/** With the outputs of the model that evaluation reads beside, by name. */
export interface EvaluatedLoss extends Loss {
  readonly outputs?: Readonly<Record<string, Tensor>>
}

/** Computes the loss of a batch, synchronously. */
export type LossFunction<M extends Models = Models, B extends Sized = Batch> = (
  input: LossInput<M, B>
) => Loss

/**
 * One phase of a training step: a loss over the batch, the weights that it trains, and the optimizer
 * that updates them. Supervised training has one phase; a GAN has two, each for its own network. The
 * phases of a step run in order: a later one sees the weights that an earlier one has updated.
 */
export interface Phase<M extends Models = Models, B extends Sized = Batch> {
  /** Names the phase's loss, `<name>_loss`, and its optimizer's state in checkpoints. */
  readonly name: string
  /**
   * The weights that it trains: all trainable ones of the model of that name, or those of all models
   * whose names the predicate accepts (`generator.dense_1.kernel`).
   */
  readonly trains: (keyof M & string) | ((weight: string) => boolean)
  readonly loss: LossFunction<M, B>
  /** Makes the optimizer that updates them; left out, that of `restoreOrInit`. Each phase has its own. */
  readonly optimizer?: (training: TrainingConfig) => OptimizerFactory
  /**
   * The metrics that `loss` gives, by name, or as what accumulates them where they are no sums over the
   * examples (`Metric.f1()`, say). Stages that monitor one of them are then checked
   * before the first step; left out, when they first look at it.
   */
  readonly metrics?: ReadonlyArray<string | Accumulator>
}
