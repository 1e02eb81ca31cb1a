import type { layers, LayerVariable, Tensor, Tensor3D, Tensor4D } from "../../../tf.js"
import * as tf from "../../../tf.js"
import * as Bias from "../../wasm/Bias.js"
import { classOf } from "./classOf.js"

/** The parts of a convolution layer that its type hides. */
interface Layer {
  readonly rank: number
  readonly kernel: LayerVariable
  readonly depthwiseKernel: LayerVariable
  readonly bias: LayerVariable | null
  readonly kernelSize: ReadonlyArray<number>
  readonly strides: [number, number]
  readonly dilationRate: [number, number]
  readonly padding: "valid" | "same" | "causal"
  readonly dataFormat: string
  readonly activation: Activation | null
}

interface Activation {
  readonly getClassName: () => string
  readonly apply: (x: Tensor) => Tensor
}

type Call = layers.Layer["call"]
interface Prototype {
  call: Call
}
type Convolve = (layer: Layer, x: Tensor) => Tensor

/**
 * Lets conv1d be causal, which TensorFlow.js declares and does not do. In training, takes the bias
 * and ReLU in one step, and keeps to plain convolutions: the fused one that TensorFlow.js uses
 * without an activation refuses dilations, and computes the gradient by its input even where nobody
 * asked for it, as in a first layer.
 */
export const patch = (): void => {
  replace(Object.getPrototypeOf(classOf("Conv2D").prototype) as Prototype, convolve)
  replace(classOf("DepthwiseConv2D").prototype as Prototype, depthwise)
}

const replace = (prototype: Prototype, convolve: Convolve): void => {
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const known = this.rank <= 2 && this.dataFormat === "channelsLast"
    const causal = this.rank === 1 && this.padding === "causal"
    return known && (causal || kwargs?.["training"] === true)
      ? tf.tidy(() => finish(this, convolve(this, x)))
      : stock.call(this as never, inputs, kwargs)
  } as Call
}

const convolve: Convolve = (layer, x) => {
  const { strides, padding, dilationRate, kernelSize } = layer
  const filter = layer.kernel.read()
  if (layer.rank === 2) {
    const pad = padding as "valid" | "same"
    return tf.conv2d(x as Tensor4D, filter as Tensor4D, strides, pad, "NHWC", dilationRate)
  }
  const past = padding === "causal" ? (kernelSize[0]! - 1) * dilationRate[0] : 0
  const late = past === 0 ? x : tf.pad(x, [[0, 0], [past, 0], [0, 0]]) // prettier-ignore
  const pad = padding === "same" ? "same" : "valid"
  return tf.conv1d(late as Tensor3D, filter as Tensor3D, strides[0], pad, "NWC", dilationRate[0])
}

const depthwise: Convolve = ({ depthwiseKernel, strides, padding }, x) =>
  tf.depthwiseConv2d(
    x as Tensor4D,
    depthwiseKernel.read() as Tensor4D,
    strides,
    padding as "valid" | "same"
  )

/** Adds the bias, if there is one, and applies the activation, if there is one. */
const finish = ({ bias, activation }: Layer, y: Tensor): Tensor => {
  const name = activation?.getClassName() ?? "linear"
  const relu = name === "relu"
  if (bias === null || bias === undefined) return activation === null ? y : activation.apply(y)
  const biased = Bias.add(y, bias.read(), { relu })
  return relu || activation === null ? biased : activation.apply(biased)
}
