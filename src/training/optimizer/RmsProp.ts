import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, epsilon, fraction, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/** RMSProp (Hinton's lecture 6e) as PyTorch has it, without centring. */
export const rmsprop = define("rmsprop", {
  description: "RMSProp, not centred.",
  fields: {
    alpha: field(fraction, 0.99, "Decay of the running mean of the squared gradient."),
    momentum: field(fraction, 0, "How much of the last update is kept; 0 is off."),
    epsilon,
    weight_decay
  },
  make: (config) => ({
    slots: config.momentum === 0 ? ["square_avg"] : ["square_avg", "momentum_buffer"],
    at:
      (learningRate) =>
      ({ gradient, slots, weight }) =>
        tf.tidy((): { weight: Tensor; slots: Record<string, Tensor> } => {
          const tensors = { weight, gradient, square: slots["square_avg"]! }
          const numbers = {
            alpha: config.alpha,
            epsilon: config.epsilon,
            decay: config.weight_decay
          }
          const { direction, square: square_avg } =
            Updates.rmsprop(tensors, numbers) ?? composed(tensors, numbers)
          if (config.momentum === 0) {
            return { weight: weight.sub(direction.mul(learningRate)), slots: { square_avg } }
          }
          const momentum_buffer = slots["momentum_buffer"]!.mul(config.momentum).add(direction)
          return {
            weight: weight.sub(momentum_buffer.mul(learningRate)),
            slots: { square_avg, momentum_buffer }
          }
        })
  })
})

/** What the kernel computes in one pass, for backends without it. */
const composed = (
  tensors: Record<"weight" | "gradient" | "square", Tensor>,
  { alpha, decay, epsilon }: Parameters<typeof Updates.rmsprop>[1]
) => {
  const gradient = decayed(tensors, decay)
  const square = tensors.square.mul(alpha).add(gradient.square().mul(1 - alpha))
  return { direction: gradient.div(square.sqrt().add(epsilon)), square }
}
