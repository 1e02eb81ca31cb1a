import * as tf from "holdfast/tf"
import { type Batch, Metric, Objective } from "holdfast"
import * as Updates from "../../src/backends/Updates.js"

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/**
 * A training step written by hand, with Adam, on the same kernels as Holdfast's own: what is left
 * if one does without everything else. Returns the loss and the number of examples classified correctly.
 */
export const bareStep = (model: tf.LayersModel, inputShape: ReadonlyArray<number>) => {
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const zeros = (weight: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(weight), false))
  const slots = weights.map((weight) => ({ mean: zeros(weight), square: zeros(weight) }))
  let step = 0
  return ({ inputs, labels, size }: Batch, learningRate: number): [number, number] =>
    tf.tidy((): [number, number] => {
      step += 1
      const x = tf.tensor(inputs, [size, ...inputShape])
      const y = tf.tensor1d(labels, "int32")
      let output!: tf.Tensor
      const { value, grads } = tf.variableGrads(() => {
        output = tf.keep(model.apply(x, { training: true }) as tf.Tensor)
        return Objective.classification.loss(y, output)
      }, weights)
      const numbers = {
        beta1,
        beta2,
        epsilon,
        rate: learningRate / (1 - beta1 ** step),
        scale: Math.sqrt(1 - beta2 ** step),
        decay: 0,
        factor: 1
      }
      weights.forEach((weight, i) => {
        const { mean, square } = slots[i]!
        const next = Updates.adam({ weight, gradient: grads[weight.name]!, mean, square }, numbers)!
        mean.assign(next.mean)
        square.assign(next.square)
        weight.assign(next.weight)
      })
      const right = Metric.accuracy.measure(y, output, null)
      output.dispose()
      return [value.dataSync()[0]!, right.dataSync()[0]!]
    })
}
