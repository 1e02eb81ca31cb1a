import type { Average } from "./WeightAverage.js"

/** Options of `ema`, as `training.ema` has them. */
export interface EmaOptions {
  /** How much of the average stays at each update; 0.999 unless given. */
  readonly decay?: number
  /** Whether the decay rises to its value: at most (1 + n) / (10 + n) at update n. */
  readonly warmup?: boolean
}

/**
 * The exponential moving average: average ← decay · average + (1 − decay) · weight after each update of
 * the weights, the first of which it copies, as PyTorch's AveragedModel and Keras's use_ema do. With
 * `warmup` the decay of update n is at most (1 + n) / (10 + n), as in TensorFlow's
 * ExponentialMovingAverage.
 *
 * @example
 * ```ts
 * import { Average, Objective, Optimizer, Scheduler, Stages, type ModelInput } from "holdfast"
 * import type * as tf from "holdfast/tf"
 *
 * declare const model: (input: ModelInput<unknown>) => tf.LayersModel
 *
 * export const run = Stages.restoreOrInit({
 *   model,
 *   objective: Objective.classification,
 *   optimizer: Optimizer.fromConfig,
 *   scheduler: Scheduler.fromConfig,
 *   averages: () => [Average.ema({ decay: 0.99 })]
 * })
 * ```
 */
export const ema = ({ decay = 0.999, warmup = false }: EmaOptions = {}): Average => ({
  name: "ema",
  share: ({ hasUpdated }, count) =>
    hasUpdated
      ? count === 0
        ? 1
        : 1 - (warmup ? Math.min(decay, (1 + count) / (10 + count)) : decay)
      : null
})

/** Options of `swa`, as `training.swa` has them. */
export interface SwaOptions {
  /**
   * The first epoch whose weights count comes after so many, or, below 1, after this share of
   * `training.num_epochs`; 0.75 unless given.
   */
  readonly start?: number
  /** Steps between two models that count; null, unless given: one at the end of each epoch. */
  readonly every_steps?: number | null
}

/** The epochs of the run that come before those whose weights `training.swa` averages. */
export const firstEpoch = (start: number, numEpochs: number): number =>
  start < 1 ? Math.floor(start * numEpochs) : start

/**
 * Stochastic weight averaging (Izmailov et al., arXiv:1803.05407): the plain mean of the weights at the
 * end of each epoch from `start` on, as PyTorch's AveragedModel and Lightning's
 * StochasticWeightAveraging compute it. What batch normalization has measured is averaged as well
 * (`use_buffers=True` of PyTorch).
 */
export const swa = ({ every_steps = null, start = 0.75 }: SwaOptions = {}): Average => ({
  name: "swa",
  share: ({ epoch, isLast, numEpochs, step }, count) => {
    const isDue = every_steps === null ? isLast : (step + 1) % every_steps === 0
    return isDue && epoch >= firstEpoch(start, numEpochs) ? 1 / (count + 1) : null
  }
})
