import { decayed, type UpdateRule } from "./UpdateRule.js"

/** Stochastic gradient descent with PyTorch's momentum: b ← momentum · b + g, w ← w - rate · b. */
export const sgd = (config: {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weight_decay: number
}): UpdateRule => ({
  name: "sgd",
  slots: config.momentum === 0 ? [] : ["momentum_buffer"],
  update: (input) => {
    const gradient = decayed(input, config.weight_decay)
    if (config.momentum === 0) {
      return { weight: input.weight.sub(gradient.mul(input.learningRate)), slots: {} }
    }
    const momentum_buffer = input.slots["momentum_buffer"]!.mul(config.momentum).add(gradient)
    const direction = config.nesterov
      ? gradient.add(momentum_buffer.mul(config.momentum))
      : momentum_buffer
    return {
      weight: input.weight.sub(direction.mul(input.learningRate)),
      slots: { momentum_buffer }
    }
  }
})
