import * as Schema from "effect/Schema"
import { cosPi, power } from "../../backends/DeterministicMath.js"
import { field, required } from "../../config/Field.js"
import { t } from "../../language/Text.js"
import { count, define, nonNegative, positiveInt, runLength } from "./Schedule.js"

/* Schedules whose rate is the same in all steps of an epoch. */

const gamma = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1))

/** The same rate throughout. */
export const constant = define("constant", {
  description: "The same learning rate in every epoch.",
  fields: {},
  make: () => ({ rate: ({ learningRate }) => learningRate })
})

/**
 * Linear warm-up over `warmup_epochs`, then half a cosine from the base rate down to
 * `min_learning_rate`, which the last epoch comes close to (SGDR without restarts, arXiv:1608.03983).
 * Beyond the last epoch it stays at the minimum.
 */
export const cosine = define("cosine", {
  description: "Half a cosine from learning_rate down, over num_epochs.",
  fields: {
    warmup_epochs: field(count, 0, "Epochs in which the rate first rises to learning_rate."),
    min_learning_rate: field(nonNegative, 0, "The learning rate at the end of the last epoch.")
  },
  dependsOn: runLength,
  make: ({ min_learning_rate: least, warmup_epochs: warmup }) => ({
    rate: ({ epoch, learningRate, numEpochs }) => {
      if (epoch < warmup) return (learningRate * (epoch + 1)) / (warmup + 1)
      const share = Math.min(1, (epoch - warmup) / Math.max(1, numEpochs - warmup))
      return least + ((learningRate - least) * (1 + cosPi(share))) / 2
    },
    warning: ({ num_epochs }) =>
      warmup >= num_epochs
        ? t`training.scheduler.warmup_epochs is ${warmup} and training.num_epochs is ${num_epochs}: the learning rate rises to the end, and never reaches training.learning_rate`
        : null
  })
})

/** Multiplied by `gamma` after every `step_size` epochs (PyTorch's StepLR). */
export const step = define("step", {
  description: "A drop every step_size epochs.",
  fields: {
    step_size: required(positiveInt, "Epochs between two drops."),
    gamma: field(gamma, 0.1, "What the rate is multiplied by at each drop.")
  },
  make: ({ gamma, step_size }) => ({
    rate: ({ epoch, learningRate }) => learningRate * power(gamma, Math.floor(epoch / step_size))
  })
})

/** Multiplied by `gamma` after every epoch (PyTorch's ExponentialLR). */
export const exponential = define("exponential", {
  description: "The same factor after every epoch.",
  fields: { gamma: required(gamma, "What the rate is multiplied by after each epoch.") },
  make: ({ gamma }) => ({
    rate: ({ epoch, learningRate }) => learningRate * power(gamma, epoch)
  })
})
