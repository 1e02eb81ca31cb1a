import type { layers, LayerVariable, Tensor2D } from "../../../tf.js"
import * as tf from "../../../tf.js"
import * as Bias from "../../wasm/Bias.js"
import { classOf } from "./classOf.js"

type Call = layers.Layer["call"]

/** The parts of a dense layer that its type hides. */
interface Layer {
  readonly kernel: LayerVariable
  readonly bias: LayerVariable | null
  readonly activation: { readonly getClassName: () => string } | null
  readonly invokeCallHook: Call
}

/** In training on WebAssembly, lets a dense layer with ReLU add its bias and apply it in one pass. */
export const patch = (): void => {
  const prototype = classOf("Dense").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const { activation, bias, kernel } = this
    const isPlain =
      tf.getBackend() === "wasm" &&
      x.dtype === "float32" &&
      x.rank === 2 &&
      kwargs?.["training"] === true &&
      bias != null &&
      activation?.getClassName() === "relu"
    if (!isPlain) return stock.call(this as never, inputs, kwargs)
    this.invokeCallHook(inputs, kwargs)
    return tf.tidy(() =>
      Bias.add(tf.matMul(x as Tensor2D, kernel.read() as Tensor2D), bias.read(), { relu: true })
    )
  } as Call
}
