import type { LayerVariable, layers, Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import * as Updates from "../../Updates.js"
import { forward } from "../../wasm/BatchNormalization.js"
import { classOf } from "./classOf.js"

/** The parts of a batch normalisation layer that its type hides. */
interface Layer {
  readonly trainable: boolean
  /** A list of one in models that Keras has saved. */
  readonly axis: number | readonly [number]
  readonly epsilon: number
  readonly momentum: number
  readonly gamma?: LayerVariable
  readonly beta?: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

type Call = layers.Layer["call"]

/**
 * Lets batch normalisation train without scale or centre, and over any axis, which TensorFlow.js
 * cannot, nor predict over another axis than the last; and with the kernels made for it where the
 * backend is WebAssembly. A layer that is frozen normalizes by its averages and leaves them as they are,
 * as in Keras.
 */
export const patch = (): void => {
  const prototype = classOf("BatchNormalization").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    if (kwargs?.["training"] !== true || isFrozen(this)) {
      const predicting = { ...kwargs, training: false }
      // The kernels take the averages for those of the last axis.
      const layer: Layer = Object.assign(Object.create(this), { axis: -1 })
      return tf.tidy(() =>
        overLastAxis(x, this.axis, (last) => stock.call(layer as never, last, predicting) as Tensor)
      )
    }
    return tf.tidy(() =>
      overLastAxis(x, this.axis, (last) =>
        tf.getBackend() === "wasm" && x.dtype === "float32"
          ? fused(this, last)
          : (stock.call(complete(this, last) as never, last, kwargs) as Tensor)
      )
    )
  } as Call
}

const isFrozen = ({ beta, gamma, trainable }: Layer): boolean => {
  const learned = [beta, gamma].filter((one) => one != null)
  return !trainable || (learned.length > 0 && learned.every((one) => !one.trainable))
}

/** Applies `normalize` with the axis moved to the end, and moves it back. */
const overLastAxis = (
  x: Tensor,
  given: Layer["axis"],
  normalize: (x: Tensor) => Tensor
): Tensor => {
  const axis = typeof given === "number" ? given : given[0]
  const from = axis < 0 ? axis + x.rank : axis
  if (from === x.rank - 1) return normalize(x)
  const others = x.shape.map((_, i) => i).filter((i) => i !== from)
  const order = [...others, from]
  const back = order.map((_, i) => order.indexOf(i))
  return tf.transpose(normalize(tf.transpose(x, order)), back)
}

/** The layer over the last axis of x, with scale and centre. */
const complete = (layer: Layer, x: Tensor): Layer => {
  const size = [x.shape.at(-1)!]
  return Object.assign(Object.create(layer), {
    axis: -1,
    gamma: layer.gamma ?? { read: () => tf.ones(size) },
    beta: layer.beta ?? { read: () => tf.zeros(size) }
  })
}

const fused = (layer: Layer, x: Tensor): Tensor => {
  const size = [x.shape.at(-1)!]
  const gamma = layer.gamma?.read() ?? tf.ones(size)
  const beta = layer.beta?.read() ?? tf.zeros(size)
  const inputs = { x, gamma, beta }
  const outputs = tf.engine().runKernel(forward, inputs, { epsilon: layer.epsilon })
  const [y, mean, variance] = outputs as [Tensor, Tensor, Tensor]
  moveTowards(layer.movingMean, mean, layer.momentum)
  moveTowards(layer.movingVariance, variance, layer.momentum)
  return y
}

const moveTowards = (average: LayerVariable, value: Tensor, momentum: number): void => {
  const moved = Updates.toward({ mean: average.read(), value }, { share: 1 - momentum })
  average.write(moved!)
}
