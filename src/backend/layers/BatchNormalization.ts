import type { LayerVariable, layers, Tensor } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { forward } from "../wasm/BatchNormalization.js"
import { classOf } from "./classOf.js"

/** The parts of a batch normalisation layer that its type hides. */
interface Layer {
  readonly axis: number
  readonly epsilon: number
  readonly momentum: number
  readonly gamma?: LayerVariable
  readonly beta?: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

type Call = layers.Layer["call"]

/**
 * Lets batch normalisation train without scale or centre, which TensorFlow.js cannot, and with the
 * kernels made for it where the backend is WebAssembly.
 */
export const patch = (): void => {
  const prototype = classOf("BatchNormalization").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    if (kwargs?.["training"] !== true) return stock.call(this as never, inputs, kwargs)
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const last = this.axis === -1 || this.axis === x.shape.length - 1
    return tf.tidy(() => {
      const size = [x.shape.at(this.axis)!]
      const gamma = this.gamma ?? { read: () => tf.ones(size) }
      const beta = this.beta ?? { read: () => tf.zeros(size) }
      if (tf.getBackend() !== "wasm" || !last || x.dtype !== "float32") {
        const whole = Object.assign(Object.create(this), { gamma, beta })
        return stock.call(whole, inputs, kwargs)
      }
      const [y, mean, variance] = tf
        .engine()
        .runKernel(
          forward,
          { x, gamma: gamma.read(), beta: beta.read() },
          { epsilon: this.epsilon }
        ) as [Tensor, Tensor, Tensor]
      moveTowards(this.movingMean, mean, this.momentum)
      moveTowards(this.movingVariance, variance, this.momentum)
      return y
    })
  } as Call
}

const moveTowards = (average: LayerVariable, value: Tensor, momentum: number): void =>
  tf.tidy(() => {
    const old = average.read()
    average.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - momentum)))
  })
