import type { Tensor } from "@tensorflow/tfjs"
import { decayed, type UpdateInput, type UpdateRule } from "./UpdateRule.js"

/** The parameters of Adam and AdamW, by PyTorch's meaning. */
export interface AdamConfig {
  readonly beta_1: number
  readonly beta_2: number
  readonly epsilon: number
  readonly weight_decay: number
}

/** Adam (Kingma and Ba, arXiv:1412.6980), its weight decay added to the gradient. */
export const adam = (config: AdamConfig): UpdateRule => ({
  name: "adam",
  slots: ["exp_avg", "exp_avg_sq"],
  update: (input) => moments(config, input, decayed(input, config.weight_decay), input.weight)
})

/** AdamW (Loshchilov and Hutter, arXiv:1711.05101): weights decay apart from the gradient. */
export const adamw = (config: AdamConfig): UpdateRule => ({
  name: "adamw",
  slots: ["exp_avg", "exp_avg_sq"],
  update: (input) =>
    moments(
      config,
      input,
      input.gradient,
      input.weight.mul(1 - input.learningRate * config.weight_decay)
    )
})

const moments = (
  { beta_1, beta_2, epsilon }: AdamConfig,
  { slots, learningRate, step }: UpdateInput,
  gradient: Tensor,
  weight: Tensor
) => {
  const mean = slots["exp_avg"]!.mul(beta_1).add(gradient.mul(1 - beta_1))
  const square = slots["exp_avg_sq"]!.mul(beta_2).add(gradient.square().mul(1 - beta_2))
  const rate = learningRate / (1 - beta_1 ** step)
  const scale = Math.sqrt(1 - beta_2 ** step)
  const change = mean.mul(rate).div(square.sqrt().div(scale).add(epsilon))
  return { weight: weight.sub(change), slots: { exp_avg: mean, exp_avg_sq: square } }
}
