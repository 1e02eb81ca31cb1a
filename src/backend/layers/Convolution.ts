import type { layers, LayerVariable, Tensor, Tensor3D, Tensor4D } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { classOf } from "./classOf.js"

/** The parts of a convolution layer that its type hides. */
interface Layer {
  readonly rank: number
  readonly kernel: LayerVariable
  readonly bias: LayerVariable | null
  readonly kernelSize: ReadonlyArray<number>
  readonly strides: [number, number]
  readonly dilationRate: [number, number]
  readonly padding: string
  readonly dataFormat: string
  readonly activation: { readonly getClassName: () => string } | null
}

type Call = layers.Layer["call"]

/**
 * Lets conv1d be causal, which TensorFlow.js declares and does not do, and conv2d without activation
 * be trained when dilated: the fused operation that it uses there refuses, and otherwise computes
 * the gradient by its input even where nobody asked for it, as in a first layer.
 */
export const patch = (): void => {
  const prototype = Object.getPrototypeOf(classOf("Conv2D").prototype) as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const channelsLast = this.dataFormat === "channelsLast"
    if (this.rank === 1 && this.padding === "causal" && channelsLast) {
      const past = (this.kernelSize[0]! - 1) * this.dilationRate[0]
      const valid = Object.assign(Object.create(this), { padding: "valid" })
      const late = tf.pad(x as Tensor3D, [
        [0, 0],
        [past, 0],
        [0, 0]
      ])
      return stock.call(valid, late, kwargs)
    }
    const linear = (this.activation?.getClassName() ?? "linear") === "linear"
    const training = kwargs?.["training"] === true
    return this.rank === 2 && linear && training && channelsLast
      ? unfused(this, x as Tensor4D)
      : stock.call(this as never, inputs, kwargs)
  } as Call
}

const unfused = (layer: Layer, x: Tensor4D): Tensor =>
  tf.tidy(() => {
    const { strides, padding, dilationRate, bias } = layer
    const filter = layer.kernel.read() as Tensor4D
    const y = tf.conv2d(x, filter, strides, padding as "valid" | "same", "NHWC", dilationRate)
    return bias === null || bias === undefined ? y : tf.add(y, bias.read())
  })
