import type { layers, LayerVariable, Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { forward } from "../../wasm/LayerNormalization.js"
import { classOf } from "./classOf.js"

/** The parts of a layer normalisation that its type hides. */
interface Layer {
  readonly axis: ReadonlyArray<number>
  readonly epsilon: number
  readonly gamma: LayerVariable | null
  readonly beta: LayerVariable | null
}

type Call = layers.Layer["call"]

/** Lets layer normalisation over the last axis run in one kernel where the backend is WebAssembly. */
export const patch = (): void => {
  const prototype = classOf("LayerNormalization").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const last = this.axis.length === 1 && this.axis[0] === x.rank - 1
    if (tf.getBackend() !== "wasm" || !last || x.dtype !== "float32") {
      return stock.call(this as never, inputs, kwargs)
    }
    return tf.tidy(() => {
      const size = [x.shape.at(-1)!]
      const gamma = this.gamma?.read() ?? tf.ones(size)
      const beta = this.beta?.read() ?? tf.zeros(size)
      const attrs = { epsilon: this.epsilon }
      return (tf.engine().runKernel(forward, { x, gamma, beta }, attrs) as [Tensor])[0]
    })
  } as Call
}
