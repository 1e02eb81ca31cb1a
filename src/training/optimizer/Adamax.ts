import * as tf from "../../tf.js"
import { power } from "../../backends/DeterministicMath.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, epsilon, fraction, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/** Adamax, Adam by the infinity norm (Kingma and Ba, arXiv:1412.6980, section 7.1), as PyTorch has it. */
export const adamax = define("adamax", {
  description: "Adam by the greatest gradient instead of the mean square (Kingma and Ba, 2015).",
  fields: {
    beta_1: field(fraction, 0.9, "Decay of the running mean of the gradient."),
    beta_2: field(fraction, 0.999, "Decay of the greatest gradient."),
    epsilon,
    weight_decay
  },
  make: ({ beta_1: beta1, beta_2: beta2, epsilon, weight_decay: decay }) => ({
    slots: ["exp_avg", "exp_inf"],
    at: (learningRate, step) => {
      const rate = learningRate / (1 - power(beta1, step))
      const numbers = { beta1, rest1: 1 - beta1, beta2, rate, epsilon, decay }
      return ({ gradient, slots, weight }) => {
        const [mean, greatest] = [slots["exp_avg"]!, slots["exp_inf"]!]
        const tensors = { weight, gradient, mean, greatest }
        const next = Updates.adamax(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
        return { weight: next.weight, slots: { exp_avg: next.mean, exp_inf: next.greatest } }
      }
    }
  })
})

const composed = (...[tensors, numbers]: Parameters<typeof Updates.adamax>) => {
  const { beta1, beta2, decay, epsilon, rate, rest1 } = numbers
  const gradient = decayed(tensors, decay)
  const mean = tensors.mean.mul(beta1).add(gradient.mul(rest1))
  const greatest = tensors.greatest.mul(beta2).maximum(gradient.abs().add(epsilon))
  return { weight: tensors.weight.sub(mean.mul(rate).div(greatest)), mean, greatest }
}
