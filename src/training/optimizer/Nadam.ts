import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import { pow, power } from "../../backends/DeterministicMath.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, epsilon, fraction, nonNegative, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/**
 * Nadam (Dozat, "Incorporating Nesterov Momentum into Adam", 2016) as PyTorch has it: the momentum of
 * update t is μₜ = β₁ · (1 − ½ · 0.96^(t · momentum_decay)).
 */
export const nadam = define("nadam", {
  description: "Adam with Nesterov momentum (Dozat, 2016).",
  fields: {
    beta_1: field(fraction, 0.9, "Decay of the running mean of the gradient."),
    beta_2: field(fraction, 0.999, "Decay of the running mean of the squared gradient."),
    epsilon,
    momentum_decay: field(nonNegative, 0.004, "How fast the momentum comes to beta_1."),
    weight_decay,
    decoupled_weight_decay: field(
      Schema.Boolean,
      false,
      "Whether weight_decay acts on the weights, as in AdamW, instead of on the gradient."
    )
  },
  make: (config) => {
    const { beta_1: beta1, beta_2: beta2, epsilon, momentum_decay, weight_decay } = config
    const product = momentumProduct(beta1, momentum_decay)
    return {
      slots: ["exp_avg", "exp_avg_sq"],
      at: (rate, step) => {
        const now = product(step)
        const next = now * momentumAt(beta1, momentum_decay, step + 1)
        const isDecoupled = config.decoupled_weight_decay
        const numbers = {
          beta1,
          rest1: 1 - beta1,
          beta2,
          rest2: 1 - beta2,
          gradientRate: (rate * (1 - momentumAt(beta1, momentum_decay, step))) / (1 - now),
          meanRate: (rate * momentumAt(beta1, momentum_decay, step + 1)) / (1 - next),
          scale: Math.sqrt(1 - power(beta2, step)),
          epsilon,
          decay: isDecoupled ? 0 : weight_decay,
          factor: isDecoupled ? 1 - rate * weight_decay : 1
        }
        return ({ gradient, slots, weight }) => {
          const tensors = {
            weight,
            gradient,
            mean: slots["exp_avg"]!,
            square: slots["exp_avg_sq"]!
          }
          const next = Updates.nadam(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
          return { weight: next.weight, slots: { exp_avg: next.mean, exp_avg_sq: next.square } }
        }
      }
    }
  }
})

const momentumAt = (beta1: number, decay: number, step: number): number =>
  beta1 * (1 - 0.5 * pow(0.96, step * decay))

/** μ₁ · μ₂ · … · μₜ, which follows from t alone: each is multiplied once, as updates are counted up. */
const momentumProduct = (beta1: number, decay: number) => {
  let [known, product] = [0, 1]
  return (step: number): number => {
    if (step < known) [known, product] = [0, 1]
    // What is left of it is below 10⁻³⁰⁰ after thousands of updates, and then stays.
    for (; known < step && product > 0; known++) product *= momentumAt(beta1, decay, known + 1)
    known = step
    return product
  }
}

const composed = (...[tensors, numbers]: Parameters<typeof Updates.nadam>) => {
  const { beta1, beta2, decay, epsilon, factor, gradientRate, meanRate } = numbers
  const gradient = decayed(tensors, decay)
  const mean = tensors.mean.mul(beta1).add(gradient.mul(numbers.rest1))
  const square = tensors.square.mul(beta2).add(gradient.square().mul(numbers.rest2))
  const root = square.sqrt().div(numbers.scale).add(epsilon)
  const along = gradient.mul(gradientRate).add(mean.mul(meanRate))
  return { weight: tensors.weight.mul(factor).sub(along.div(root)), mean, square }
}
