import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, fraction, nonNegative } from "./DefineOptimizer.js"

/**
 * Lion (Chen et al., arXiv:2302.06675): w ← w − rate · (sign(β₁ · m + (1 − β₁) · g) + decay · w), then
 * m ← β₂ · m + (1 − β₂) · g. Takes a third to a tenth of Adam's learning rate.
 */
export const lion = define("lion", {
  description: "Lion (Chen et al., 2023): the sign of a momentum; takes a tenth of Adam's rate.",
  fields: {
    beta_1: field(fraction, 0.9, "How much of the momentum enters the update."),
    beta_2: field(fraction, 0.99, "Decay of the momentum."),
    weight_decay: field(
      nonNegative,
      0,
      "Decoupled decay: each step takes learning_rate times this times the weight off it; 0 is off."
    )
  },
  make: ({ beta_1: beta1, beta_2: beta2, weight_decay }) => ({
    slots: ["exp_avg"],
    at: (rate) => {
      const [rest1, rest2, factor] = [1 - beta1, 1 - beta2, 1 - rate * weight_decay]
      const numbers = { beta1, rest1, beta2, rest2, rate, factor }
      return ({ gradient, slots, weight }) => {
        const tensors = { weight, gradient, mean: slots["exp_avg"]! }
        const next = Updates.lion(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
        return { weight: next.weight, slots: { exp_avg: next.mean } }
      }
    }
  })
})

const composed = (...[tensors, numbers]: Parameters<typeof Updates.lion>) => {
  const { gradient, mean, weight } = tensors
  const { beta1, beta2, factor, rate, rest1, rest2 } = numbers
  const direction = mean.mul(beta1).add(gradient.mul(rest1)).sign()
  return {
    weight: weight.mul(factor).sub(direction.mul(rate)),
    mean: mean.mul(beta2).add(gradient.mul(rest2))
  }
}
