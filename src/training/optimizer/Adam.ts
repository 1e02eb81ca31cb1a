import * as Schema from "effect/Schema"
import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { power } from "../../backends/DeterministicMath.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, epsilon, fraction, nonNegative, weight_decay } from "./DefineOptimizer.js"
import { decayed, type Updated, type UpdateInput } from "./UpdateRule.js"

/** The parameters of Adam and AdamW mean what they mean in PyTorch. */
const fields = {
  beta_1: field(fraction, 0.9, "Decay of the running mean of the gradient."),
  beta_2: field(fraction, 0.999, "Decay of the running mean of the squared gradient."),
  epsilon,
  amsgrad: field(
    Schema.Boolean,
    false,
    "Whether to divide by the greatest squared mean so far (Reddi et al., 2018)."
  )
}

/** Adam (Kingma and Ba, arXiv:1412.6980), its weight decay added to the gradient. */
export const adam = define("adam", {
  description: "Adam (Kingma and Ba, 2015).",
  fields: { ...fields, weight_decay },
  make: (config) => ({
    slots: slotsOf(config),
    at: update(config, (decay) => ({ decay, factor: 1 }))
  })
})

/** AdamW (Loshchilov and Hutter, arXiv:1711.05101), its weight decay apart from the gradient. */
export const adamw = define("adamw", {
  description: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).",
  fields: {
    ...fields,
    weight_decay: field(
      nonNegative,
      0.01,
      "Decoupled decay: each step takes learning_rate times this times the weight off it; 0 is off."
    )
  },
  make: (config) => ({
    slots: slotsOf(config),
    at: update(config, (decay, learningRate) => ({ decay: 0, factor: 1 - learningRate * decay }))
  })
})

interface AdamConfig {
  readonly beta_1: number
  readonly beta_2: number
  readonly epsilon: number
  readonly weight_decay: number
  readonly amsgrad: boolean
}

const slotsOf = ({ amsgrad }: AdamConfig) => [
  "exp_avg",
  "exp_avg_sq",
  ...(amsgrad ? ["max_exp_avg_sq"] : [])
]

type Tensors = Record<"weight" | "gradient" | "mean" | "square", Tensor>
type Numbers = Parameters<typeof Updates.adam>[1]

type Decay = (decay: number, learningRate: number) => Pick<Numbers, "decay" | "factor">

const update =
  ({ amsgrad, beta_1: beta1, beta_2: beta2, epsilon, weight_decay }: AdamConfig, decay: Decay) =>
  (learningRate: number, step: number) => {
    const { decay: added, factor } = decay(weight_decay, learningRate)
    const numbers = {
      beta1,
      beta2,
      epsilon,
      decay: added,
      factor,
      rate: learningRate / (1 - power(beta1, step)),
      scale: Math.sqrt(1 - power(beta2, step))
    }
    return ({ gradient, slots, weight }: UpdateInput): Updated => {
      const tensors = { weight, gradient, mean: slots["exp_avg"]!, square: slots["exp_avg_sq"]! }
      if (amsgrad) {
        const greatest = slots["max_exp_avg_sq"]!
        const next = tf.tidy(() => composed(tensors, numbers, greatest))
        return {
          weight: next.weight,
          slots: { exp_avg: next.mean, exp_avg_sq: next.square, max_exp_avg_sq: next.divisor }
        }
      }
      const next = Updates.adam(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
      return { weight: next.weight, slots: { exp_avg: next.mean, exp_avg_sq: next.square } }
    }
  }

/** What the kernel computes in one pass, for backends without it; with `greatest`, AMSGrad. */
const composed = (tensors: Tensors, numbers: Numbers, greatest?: Tensor) => {
  const { beta1, beta2, decay, epsilon, factor, rate, scale } = numbers
  const gradient = decayed(tensors, decay)
  const mean = tensors.mean.mul(beta1).add(gradient.mul(1 - beta1))
  const square = tensors.square.mul(beta2).add(gradient.square().mul(1 - beta2))
  const weight = factor === 1 ? tensors.weight : tensors.weight.mul(factor)
  const divisor = greatest === undefined ? square : square.maximum(greatest)
  const change = mean.mul(rate).div(divisor.sqrt().div(scale).add(epsilon))
  return { weight: weight.sub(change), mean, square, divisor }
}
