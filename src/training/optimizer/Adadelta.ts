import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, fraction, positive, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/** Adadelta (Zeiler, arXiv:1212.5701) as PyTorch has it. Its learning rate is about 1. */
export const adadelta = define("adadelta", {
  description: "Adadelta (Zeiler, 2012); its learning rate is about 1.",
  fields: {
    rho: field(fraction, 0.9, "Decay of the running means of the squared gradient and change."),
    epsilon: field(positive, 1e-6, "Added under both roots."),
    weight_decay
  },
  make: ({ epsilon, rho, weight_decay: decay }) => ({
    slots: ["square_avg", "acc_delta"],
    at: (rate) => {
      const numbers = { rate, rho, rest: 1 - rho, epsilon, decay }
      return ({ gradient, slots, weight }) => {
        const [square, changes] = [slots["square_avg"]!, slots["acc_delta"]!]
        const tensors = { weight, gradient, square, changes }
        const next = Updates.adadelta(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
        return { weight: next.weight, slots: { square_avg: next.square, acc_delta: next.changes } }
      }
    }
  })
})

const composed = (...[tensors, numbers]: Parameters<typeof Updates.adadelta>) => {
  const { decay, epsilon, rate, rest, rho } = numbers
  const gradient = decayed(tensors, decay)
  const square = tensors.square.mul(rho).add(gradient.square().mul(rest))
  const root = square.add(epsilon).sqrt()
  const change = tensors.changes.add(epsilon).sqrt().div(root).mul(gradient)
  return {
    weight: tensors.weight.sub(change.mul(rate)),
    square,
    changes: tensors.changes.mul(rho).add(change.square().mul(rest))
  }
}
