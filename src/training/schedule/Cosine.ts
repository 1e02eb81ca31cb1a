import { cosPi } from "../../backends/DeterministicMath.js"
import { field, positiveInt, required } from "../../config/Field.js"
import { t } from "../../language/Text.js"
import { clock, count, define, nonNegative, runLength, unit } from "./Schedule.js"

/** Half a cosine from `from` to `to`; `share` is how much of the way is done. */
export const halfCosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + cosPi(share))) / 2

/**
 * Linear warm-up over `warmup_epochs`, then half a cosine from the base rate down to
 * `min_learning_rate`, which the last epoch comes close to (SGDR without restarts, arXiv:1608.03983).
 * Beyond the last epoch it stays at the minimum.
 */
export const cosine = define("cosine", {
  description: "Half a cosine from learning_rate down, over num_epochs.",
  fields: {
    warmup_epochs: field(count, 0, "Epochs in which the rate first rises to learning_rate."),
    min_learning_rate: field(nonNegative, 0, "The learning rate at the end of the last epoch."),
    unit: unit("epoch")
  },
  dependsOn: runLength,
  make: ({ min_learning_rate: least, unit, warmup_epochs }) => ({
    rate: (input) => {
      const { at, total } = clock(input, unit)
      const warmup = unit === "epoch" ? warmup_epochs : warmup_epochs * input.stepsPerEpoch
      if (at < warmup) return (input.learningRate * (at + 1)) / (warmup + 1)
      const share = Math.min(1, (at - warmup) / Math.max(1, total - warmup))
      return halfCosine(input.learningRate, least, share)
    },
    warning: ({ num_epochs }) =>
      warmup_epochs >= num_epochs
        ? t`training.scheduler.warmup_epochs is ${warmup_epochs} and training.num_epochs is ${num_epochs}: the learning rate rises to the end, and never reaches training.learning_rate`
        : null
  })
})

/**
 * Half a cosine down, again and again, each `cycle_factor` times as long as the one before (SGDR,
 * arXiv:1608.03983; PyTorch's CosineAnnealingWarmRestarts, whose T_0 and T_mult these are).
 */
export const cosineRestarts = define("cosine_restarts", {
  description: "Half a cosine down, again and again.",
  fields: {
    cycle_length: required(positiveInt, "Epochs, or steps, until the first restart."),
    cycle_factor: field(positiveInt, 1, "How many times as long each further cycle is."),
    min_learning_rate: field(nonNegative, 0, "The learning rate that each cycle falls to."),
    unit: unit("epoch")
  },
  make: ({ cycle_factor, cycle_length, min_learning_rate: least, unit }) => ({
    rate: (input) => {
      let [left, length] = [clock(input, unit).at, cycle_length]
      if (cycle_factor === 1) left %= length
      for (; left >= length; length *= cycle_factor) left -= length
      return halfCosine(input.learningRate, least, left / length)
    }
  })
})
