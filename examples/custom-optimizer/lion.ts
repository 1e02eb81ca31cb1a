import * as Schema from "effect/Schema"
import { Config, Optimizer } from "holdfast"
import * as tf from "holdfast/tf"

const fraction = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

/**
 * Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675):
 * w ← w − rate · (sign(β₁ · m + (1 − β₁) · g) + decay · w), then m ← β₂ · m + (1 − β₂) · g.
 */
export const lion = Optimizer.define("lion", {
  description: "Lion (Chen et al., 2023): the sign of a momentum. Takes a tenth of Adam's rate.",
  fields: {
    beta_1: Config.field(fraction, 0.9, "How much of the momentum enters the update."),
    beta_2: Config.field(fraction, 0.99, "Decay of the momentum."),
    weight_decay: Config.field(Schema.NonNegative, 0, "Decoupled decay of the weights; 0 is off.")
  },
  make: ({ beta_1, beta_2, weight_decay }) => ({
    // One tensor for each weight, which checkpoints hold: optimizer_state_dict.exp_avg.<weight>.
    slots: ["exp_avg"],
    at:
      (learningRate) =>
      ({ gradient, slots, weight }) =>
        tf.tidy(() => {
          const mean = slots["exp_avg"]!
          const direction = mean
            .mul(beta_1)
            .add(gradient.mul(1 - beta_1))
            .sign()
          const change = direction.add(weight.mul(weight_decay)).mul(learningRate)
          return {
            weight: weight.sub(change),
            slots: { exp_avg: mean.mul(beta_2).add(gradient.mul(1 - beta_2)) }
          }
        })
  })
})
