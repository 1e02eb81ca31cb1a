import * as tf from "../../tf.js"
import * as Updates from "../../backends/Updates.js"
import { field } from "../../config/Field.js"
import { define, nonNegative, positive, weight_decay } from "./DefineOptimizer.js"
import { decayed } from "./UpdateRule.js"

/** Adagrad (Duchi et al., JMLR 12, 2011) as PyTorch has it. */
export const adagrad = define("adagrad", {
  description: "Adagrad (Duchi et al., 2011): suits rare features.",
  fields: {
    lr_decay: field(
      nonNegative,
      0,
      "The learning rate of update t is divided by 1 + (t − 1) times this."
    ),
    initial_accumulator_value: field(
      nonNegative,
      0,
      "What the sum of the squared gradients starts from; Keras has 0.1."
    ),
    epsilon: field(positive, 1e-10, "Added to the denominator, against division by zero."),
    weight_decay
  },
  make: ({ epsilon, initial_accumulator_value: initial, lr_decay, weight_decay: decay }) => ({
    // Without the initial value, since slots begin at zero.
    slots: ["sum"],
    at: (learningRate, step) => {
      const numbers = { rate: learningRate / (1 + (step - 1) * lr_decay), initial, epsilon, decay }
      return ({ gradient, slots, weight }) => {
        const tensors = { weight, gradient, sum: slots["sum"]! }
        const next = Updates.adagrad(tensors, numbers) ?? tf.tidy(() => composed(tensors, numbers))
        return { weight: next.weight, slots: { sum: next.sum } }
      }
    }
  })
})

const composed = (...[tensors, numbers]: Parameters<typeof Updates.adagrad>) => {
  const { decay, epsilon, initial, rate } = numbers
  const gradient = decayed(tensors, decay)
  const sum = tensors.sum.add(gradient.square())
  const root = sum.add(initial).sqrt().add(epsilon)
  return { weight: tensors.weight.sub(gradient.mul(rate).div(root)), sum }
}
