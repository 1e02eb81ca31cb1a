import * as tf from "@tensorflow/tfjs"

/**
 * How often a training step is timed, if there is time enough: over the first dozens JavaScript is
 * still being compiled, and steps take several times as long.
 */
const times = 100

/** The error of a gradient and the time of a step on the current backend, in about `seconds`. */
export const measure = (
  seconds: number
): { readonly gradientError: number; readonly step: number } => {
  const { model, loss } = network()
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const gradientError = tf.tidy(() => errorAlongGradient(weights, loss))
  const step = timeOf(
    () => tf.tidy(() => tf.variableGrads(loss, weights).value.dataSync()),
    seconds
  )
  model.dispose()
  return { gradientError, step }
}

/** A small time-delay network of a kind of each kernel, and its loss on eight examples. */
const network = () => {
  const { layers } = tf
  const seeded = (seed: number) => tf.initializers.glorotNormal({ seed })
  const model = tf.sequential({
    layers: [
      layers.conv1d({
        filters: 16,
        kernelSize: 5,
        activation: "tanh",
        kernelInitializer: seeded(1),
        inputShape: [40, 16]
      }),
      layers.batchNormalization(),
      layers.averagePooling1d({ poolSize: 2 }),
      layers.conv1d({ filters: 16, kernelSize: 3, kernelInitializer: seeded(2) }),
      layers.globalAveragePooling1d({}),
      layers.dense({ units: 4, kernelInitializer: seeded(3) })
    ]
  })
  const loss = () => {
    const inputs = tf.randomNormal([8, 40, 16], 0, 1, "float32", 4)
    const labels = tf.oneHot([0, 1, 2, 3, 0, 1, 2, 3], 4)
    const logits = model.apply(inputs, { training: true }) as tf.Tensor
    return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar
  }
  return { model, loss }
}

/** Steps a little up and down the gradient: the loss should change by its length times the step. */
const errorAlongGradient = (weights: ReadonlyArray<tf.Variable>, loss: () => tf.Scalar): number => {
  const { grads } = tf.variableGrads(loss, [...weights])
  const gradients = weights.map(({ name }) => grads[name]!)
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)).dataSync()[0]!)
  const length = Math.sqrt(squares.reduce((a, b) => a + b, 0))
  const start = weights.map((weight) => weight.clone())
  const at = (step: number): number => {
    weights.forEach((weight, i) =>
      weight.assign(tf.add(start[i]!, tf.mul(gradients[i]!, step / length)))
    )
    return loss().dataSync()[0]!
  }
  const step = 0.01
  const slope = (at(step) - at(-step)) / (2 * step)
  return Math.abs(slope - length) / length
}

const timeOf = (body: () => unknown, seconds: number): number => {
  body()
  const taken: Array<number> = []
  const end = performance.now() + seconds * 1000
  while (taken.length < times && performance.now() < end) {
    const start = performance.now()
    body()
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[taken.length >> 1]!
}
