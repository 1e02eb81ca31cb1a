import * as Schema from "effect/Schema"
import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { t } from "../../language/Text.js"
import { define, fraction, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/**
 * Stochastic gradient descent with PyTorch's momentum: b ← momentum · b + (1 − dampening) · g, but b ← g in
 * the first step, and w ← w − rate · b.
 */
export const sgd = define("sgd", {
  description: "Stochastic gradient descent.",
  fields: {
    momentum: field(
      fraction,
      0,
      "How much of the last update is kept; 0 is plain gradient descent."
    ),
    dampening: field(
      fraction,
      0,
      "How much of the gradient the momentum leaves out, from the second update on."
    ),
    nesterov: field(
      Schema.Boolean,
      false,
      "Nesterov's form of momentum; needs a momentum above 0."
    ),
    weight_decay
  },
  check: ({ dampening, momentum, nesterov }) =>
    nesterov && (momentum === 0 || dampening > 0)
      ? {
          path: ["nesterov"],
          message: t`false, or true with a momentum above 0 and without dampening`
        }
      : undefined,
  make: ({ dampening = 0, momentum, nesterov, weight_decay: decay }) =>
    momentum === 0
      ? {
          slots: [],
          at:
            (rate) =>
            ({ gradient, weight }) => {
              const tensors = { weight, gradient }
              const numbers = { rate, decay }
              const next = Updates.sgd(tensors, numbers) ?? tf.tidy(() => plain(tensors, numbers))
              return { weight: next, slots: {} }
            }
        }
      : {
          slots: ["momentum_buffer"],
          at:
            (rate, step) =>
            ({ gradient, slots, weight }) => {
              const tensors = { weight, gradient, buffer: slots["momentum_buffer"]! }
              const numbers = { rate, momentum, nesterov, decay }
              const share = step === 1 ? 1 : 1 - dampening
              const next =
                (share === 1 ? Updates.momentum(tensors, numbers) : undefined) ??
                tf.tidy(() => withMomentum(tensors, numbers, share))
              return { weight: next.weight, slots: { momentum_buffer: next.buffer } }
            }
        }
})

const plain = (
  tensors: Record<"weight" | "gradient", Tensor>,
  { decay, rate }: Parameters<typeof Updates.sgd>[1]
) => tensors.weight.sub(decayed(tensors, decay).mul(rate))

const withMomentum = (
  tensors: Record<"weight" | "gradient" | "buffer", Tensor>,
  { decay, momentum, nesterov, rate }: Parameters<typeof Updates.momentum>[1],
  share: number
) => {
  const gradient = decayed(tensors, decay)
  const buffer = tensors.buffer.mul(momentum).add(share === 1 ? gradient : gradient.mul(share))
  const direction = nesterov ? gradient.add(buffer.mul(momentum)) : buffer
  return { weight: tensors.weight.sub(direction.mul(rate)), buffer }
}
