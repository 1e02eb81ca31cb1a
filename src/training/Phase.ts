import type { Scalar, Tensor, Variable } from "../tf.js"
import type { Penalty } from "../backends/tfjs/layers/Penalties.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Batch, Sized } from "../data/Batch.js"
import type { Rng } from "../data/Dataset.js"
import type { Optimizer, OptimizerFactory } from "./Optimizer.js"
import { partsOf } from "./ModelParts.js"
import type { Models, RunFields } from "./RunFields.js"
import { supervised } from "./Supervised.js"
import { tensorOf, type Weight } from "./Weights.js"

export type { Models } from "./RunFields.js"

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
}

/** The loss of a batch, through which gradients flow, and what is measured beside it. */
export interface Loss {
  /** The mean over the batch. */
  readonly loss: Scalar
  /** How much that mean counts in the epoch's: the sum of the weights; left out, the examples count. */
  readonly weight?: number | undefined
  /**
   * What further metrics measure, by name: a scalar, the sum over the batch's examples, or whatever the
   * metric of the phase accumulates.
   */
  readonly metrics?: Readonly<Record<string, Tensor>>
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
  readonly optimizer: (training: TrainingConfig) => OptimizerFactory
  /**
   * The names of the metrics that `loss` gives. Stages that monitor one of them are then checked
   * before the first step; left out, when they first look at it.
   */
  readonly metrics?: ReadonlyArray<string>
}

/** A phase of a run: its optimizer made, its weights found. */
export interface BoundPhase {
  readonly name: string
  readonly loss: LossFunction<Models, Sized>
  /** The weights that it updates, and their variables in the same order. */
  readonly weights: ReadonlyArray<Weight>
  readonly variables: ReadonlyArray<Variable>
  /** Those of the weights that have a constraint. */
  readonly constrained: ReadonlyArray<Weight>
  /** What the regularizers of the models that it trains add to its loss. */
  readonly penalties: ReadonlyArray<Penalty>
  readonly optimizer: Optimizer
}

/** The phases of a run's step, in order. */
export const phasesOf = (run: RunFields): ReadonlyArray<BoundPhase> => {
  const found = known.get(run) ?? [bind(run)]
  known.set(run, found)
  return found
}

// Asked for in every step.
const known = new WeakMap<RunFields, ReadonlyArray<BoundPhase>>()

const bind = (run: RunFields): BoundPhase => {
  const { dataset, objective, optimizer } = run
  const { penalties, weights } = partsOf(run)
  const trained = weights.filter(({ trainable }) => trainable)
  return {
    name: "supervised",
    loss: supervised(objective, dataset, run.model) as LossFunction<Models, Sized>,
    weights: trained,
    variables: trained.map(tensorOf),
    constrained: trained.filter(({ variable }) => variable.constraint != null),
    penalties,
    optimizer
  }
}
