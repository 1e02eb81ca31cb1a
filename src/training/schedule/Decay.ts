import * as Schema from "effect/Schema"
import { pow, power } from "../../backends/DeterministicMath.js"
import { field, positiveInt, required } from "../../config/Field.js"
import { clock, define, nonNegative, runLength, unit } from "./Schedule.js"

const gamma = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1))
const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))

/** How long a decay takes. */
const duration = field(
  Schema.NullOr(positiveInt),
  null,
  "Epochs or steps until the last rate, which then stays; null: the whole run."
)

/** The same rate throughout. */
export const constant = define("constant", {
  description: "The same learning rate in every epoch.",
  fields: {},
  make: () => ({ rate: ({ learningRate }) => learningRate })
})

/** Multiplied by `gamma` after every `step_size` epochs (PyTorch's StepLR). */
export const step = define("step", {
  description: "A drop every step_size epochs.",
  fields: {
    step_size: required(positiveInt, "Epochs, or steps, between two drops."),
    gamma: field(gamma, 0.1, "What the rate is multiplied by at each drop."),
    unit: unit("epoch")
  },
  make: ({ gamma, step_size, unit }) => ({
    rate: (input) =>
      input.learningRate * power(gamma, Math.floor(clock(input, unit).at / step_size))
  })
})

/** Multiplied by `gamma` after every epoch (PyTorch's ExponentialLR). */
export const exponential = define("exponential", {
  description: "The same factor after every epoch.",
  fields: {
    gamma: required(gamma, "What the rate is multiplied by after each epoch, or step."),
    unit: unit("epoch")
  },
  make: ({ gamma, unit }) => ({
    rate: (input) => input.learningRate * power(gamma, clock(input, unit).at)
  })
})

/**
 * A straight line from `start_factor` to `end_factor` times the base rate (PyTorch's LinearLR; with the
 * defaults, the get_linear_schedule of Hugging Face without its warm-up).
 */
export const linear = define("linear", {
  description: "A straight line down, or up, over the run.",
  fields: {
    start_factor: field(nonNegative, 1, "The first rate is learning_rate times this."),
    end_factor: field(nonNegative, 0, "The last rate is learning_rate times this."),
    duration,
    unit: unit("step")
  },
  dependsOn: runLength,
  make: ({ duration, end_factor, start_factor, unit }) => ({
    rate: (input) => {
      const { at, total } = clock(input, unit)
      const share = Math.min(1, at / (duration ?? total))
      return input.learningRate * (start_factor + (end_factor - start_factor) * share)
    }
  })
})

/**
 * A power of what is left of the run, from the base rate down to `min_learning_rate` (PyTorch's
 * PolynomialLR, Hugging Face's get_polynomial_decay_schedule).
 */
export const polynomial = define("polynomial", {
  description: "Falls with a power of what is left of the run.",
  fields: {
    power: field(
      positive,
      2,
      "The power: 1 is a straight line, a higher one falls faster at first."
    ),
    min_learning_rate: field(nonNegative, 0, "The learning rate at the end."),
    duration,
    unit: unit("step")
  },
  dependsOn: runLength,
  make: ({ duration, min_learning_rate: least, power: exponent, unit }) => ({
    rate: (input) => {
      const { at, total } = clock(input, unit)
      const left = Math.max(0, 1 - at / (duration ?? total))
      return least + (input.learningRate - least) * pow(left, exponent)
    }
  })
})
