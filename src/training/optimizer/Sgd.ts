import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { decayed, type UpdateRule } from "./UpdateRule.js"

/** Stochastic gradient descent with PyTorch's momentum: b ← momentum · b + g, w ← w - rate · b. */
export const sgd = (config: {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weight_decay: number
}): UpdateRule =>
  config.momentum === 0
    ? {
        name: "sgd",
        slots: [],
        at:
          (rate) =>
          ({ gradient, weight }) => {
            const tensors = { weight, gradient }
            const numbers = { rate, decay: config.weight_decay }
            const next = Updates.sgd(tensors, numbers) ?? tf.tidy(() => plain(tensors, numbers))
            return { weight: next, slots: {} }
          }
      }
    : {
        name: "sgd",
        slots: ["momentum_buffer"],
        at:
          (rate) =>
          ({ gradient, slots, weight }) => {
            const tensors = { weight, gradient, buffer: slots["momentum_buffer"]! }
            const { momentum, nesterov, weight_decay: decay } = config
            const numbers = { rate, momentum, nesterov, decay }
            const next =
              Updates.momentum(tensors, numbers) ?? tf.tidy(() => withMomentum(tensors, numbers))
            return { weight: next.weight, slots: { momentum_buffer: next.buffer } }
          }
      }

const plain = (
  tensors: Record<"weight" | "gradient", Tensor>,
  { decay, rate }: Parameters<typeof Updates.sgd>[1]
) => tensors.weight.sub(decayed(tensors, decay).mul(rate))

const withMomentum = (
  tensors: Record<"weight" | "gradient" | "buffer", Tensor>,
  { decay, momentum, nesterov, rate }: Parameters<typeof Updates.momentum>[1]
) => {
  const gradient = decayed(tensors, decay)
  const buffer = tensors.buffer.mul(momentum).add(gradient)
  const direction = nesterov ? gradient.add(buffer.mul(momentum)) : buffer
  return { weight: tensors.weight.sub(direction.mul(rate)), buffer }
}
