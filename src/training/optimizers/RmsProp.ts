import { decayed, type UpdateRule } from "./UpdateRule.js"

/** RMSProp (Hinton's lecture 6e) as PyTorch has it, without centring. */
export const rmsprop = (config: {
  readonly alpha: number
  readonly momentum: number
  readonly epsilon: number
  readonly weight_decay: number
}): UpdateRule => ({
  name: "rmsprop",
  slots: config.momentum === 0 ? ["square_avg"] : ["square_avg", "momentum_buffer"],
  update: (input) => {
    const gradient = decayed(input, config.weight_decay)
    const square_avg = input.slots["square_avg"]!.mul(config.alpha).add(
      gradient.square().mul(1 - config.alpha)
    )
    const direction = gradient.div(square_avg.sqrt().add(config.epsilon))
    if (config.momentum === 0) {
      return { weight: input.weight.sub(direction.mul(input.learningRate)), slots: { square_avg } }
    }
    const momentum_buffer = input.slots["momentum_buffer"]!.mul(config.momentum).add(direction)
    return {
      weight: input.weight.sub(momentum_buffer.mul(input.learningRate)),
      slots: { square_avg, momentum_buffer }
    }
  }
})
