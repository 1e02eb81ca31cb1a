import * as Schema from "effect/Schema"
import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, epsilon, fraction, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/** RMSProp (Hinton's lecture 6e; centred: Graves, arXiv:1308.0850) as PyTorch has it. */
export const rmsprop = define("rmsprop", {
  description: "RMSProp (Hinton, 2012).",
  fields: {
    alpha: field(fraction, 0.99, "Decay of the running mean of the squared gradient."),
    momentum: field(fraction, 0, "How much of the last update is kept; 0 is off."),
    epsilon,
    centered: field(
      Schema.Boolean,
      false,
      "Whether to divide by the running variance of the gradient, not by its running square."
    ),
    weight_decay
  },
  make: (config) => ({
    slots: [
      "square_avg",
      ...(config.centered ? ["grad_avg"] : []),
      ...(config.momentum === 0 ? [] : ["momentum_buffer"])
    ],
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
          const { direction, grad_avg, square_avg } = config.centered
            ? centered(tensors, numbers, slots["grad_avg"]!)
            : along(tensors, numbers)
          const kept = { square_avg, ...(grad_avg && { grad_avg }) }
          if (config.momentum === 0) {
            return { weight: weight.sub(direction.mul(learningRate)), slots: kept }
          }
          const momentum_buffer = slots["momentum_buffer"]!.mul(config.momentum).add(direction)
          return {
            weight: weight.sub(momentum_buffer.mul(learningRate)),
            slots: { ...kept, momentum_buffer }
          }
        })
  })
})

type Tensors = Record<"weight" | "gradient" | "square", Tensor>
type Numbers = Parameters<typeof Updates.rmsprop>[1]

interface Direction {
  readonly direction: Tensor
  readonly square_avg: Tensor
  readonly grad_avg?: Tensor
}

const along = (tensors: Tensors, numbers: Numbers): Direction => {
  const { direction, square } = Updates.rmsprop(tensors, numbers) ?? composed(tensors, numbers)
  return { direction, square_avg: square }
}

const centered = (tensors: Tensors, numbers: Numbers, mean: Tensor): Direction => {
  const { alpha, decay, epsilon } = numbers
  const gradient = decayed(tensors, decay)
  const square_avg = tensors.square.mul(alpha).add(gradient.square().mul(1 - alpha))
  const grad_avg = mean.mul(alpha).add(gradient.mul(1 - alpha))
  // Rounding may bring a variance of zero below it.
  const variance = square_avg.sub(grad_avg.square()).relu()
  return { direction: gradient.div(variance.sqrt().add(epsilon)), square_avg, grad_avg }
}

/** What the kernel computes in one pass, for backends without it. */
const composed = (tensors: Tensors, { alpha, decay, epsilon }: Numbers) => {
  const gradient = decayed(tensors, decay)
  const square = tensors.square.mul(alpha).add(gradient.square().mul(1 - alpha))
  return { direction: gradient.div(square.sqrt().add(epsilon)), square }
}
