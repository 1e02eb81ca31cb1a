import * as Schema from "effect/Schema"
import { Config, Optimizer } from "holdfast"
import * as tf from "holdfast/tf"

const fraction = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

/**
 * Signum (Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", arXiv:1802.04434):
 * m ← β · m + (1 − β) · g, then w ← w − rate · (sign(m) + decay · w).
 */
export const signum = Optimizer.define("signum", {
  description:
    "Signum (Bernstein et al., 2018): the sign of a momentum. Takes a tenth of Adam's rate.",
  fields: {
    beta: Config.field(fraction, 0.9, "Decay of the momentum."),
    weight_decay: Config.field(Schema.NonNegative, 0, "Decoupled decay of the weights; 0 is off.")
  },
  make: ({ beta, weight_decay }) => ({
    // One tensor for each weight, which checkpoints hold: optimizer_state_dict.exp_avg.<weight>.
    slots: ["exp_avg"],
    at:
      (learningRate) =>
      ({ gradient, slots, weight }) =>
        tf.tidy(() => {
          const mean = slots["exp_avg"]!.mul(beta).add(gradient.mul(1 - beta))
          const change = mean.sign().add(weight.mul(weight_decay)).mul(learningRate)
          return { weight: weight.sub(change), slots: { exp_avg: mean } }
        })
  })
})
