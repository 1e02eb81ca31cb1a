import type { Scalar, Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { power } from "../../backends/DeterministicMath.js"
import { norm } from "../../backends/Norm.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, fraction, nonNegative, positive } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/**
 * LAMB (You et al., arXiv:1904.00962), as Optax has it: Adam's direction r = m̂ / (√v̂ + ε) + decay · w of
 * each weight, w ← w − rate · ‖w‖ / ‖r‖ · r. The ratio is 1 where one of the norms is zero.
 */
export const lamb = define("lamb", {
  description: "LAMB (You et al., 2020): Adam for large batches, each weight by its norm.",
  fields: {
    beta_1: field(fraction, 0.9, "Decay of the running mean of the gradient."),
    beta_2: field(fraction, 0.999, "Decay of the running mean of the squared gradient."),
    epsilon: field(positive, 1e-6, "Added to the denominator, against division by zero."),
    weight_decay: field(
      nonNegative,
      0,
      "This times the weight is added to the direction, before its norm is taken; 0 is off."
    )
  },
  make: ({ beta_1: beta1, beta_2: beta2, epsilon, weight_decay: decay }) => ({
    slots: ["exp_avg", "exp_avg_sq"],
    at: (learningRate, step) => {
      const numbers = {
        beta1,
        rest1: 1 - beta1,
        beta2,
        rest2: 1 - beta2,
        rate: 1 / (1 - power(beta1, step)),
        scale: Math.sqrt(1 - power(beta2, step)),
        epsilon,
        decay
      }
      return ({ gradient, slots, weight }) =>
        tf.tidy((): { weight: Tensor; slots: Record<string, Tensor> } => {
          const [mean, square] = [slots["exp_avg"]!, slots["exp_avg_sq"]!]
          const tensors = { weight, gradient, mean, square }
          const next = Updates.lamb(tensors, numbers) ?? composed(tensors, numbers)
          const change = next.direction.mul(trust(weight, next.direction).mul(learningRate))
          return {
            weight: weight.sub(change),
            slots: { exp_avg: next.mean, exp_avg_sq: next.square }
          }
        })
    }
  })
})

/** ‖w‖ / ‖r‖, or 1 where one of them is zero. */
const trust = (weight: Tensor, direction: Tensor): Scalar => {
  const [own, other] = [norm([weight]), norm([direction])]
  const isAny = tf.logicalAnd(own.greater(0), other.greater(0))
  return tf.where(isAny, own.div(other), tf.onesLike(own))
}

const composed = (...[tensors, numbers]: Parameters<typeof Updates.lamb>) => {
  const { beta1, beta2, decay, epsilon, rate, rest1, rest2, scale } = numbers
  const mean = tensors.mean.mul(beta1).add(tensors.gradient.mul(rest1))
  const square = tensors.square.mul(beta2).add(tensors.gradient.square().mul(rest2))
  const adam = mean.mul(rate).div(square.sqrt().div(scale).add(epsilon))
  return { direction: decayed({ gradient: adam, weight: tensors.weight }, decay), mean, square }
}
