import type { layers, Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { drop } from "../../wasm/Dropout.js"
import { classOf } from "./classOf.js"

type Call = layers.Layer["call"]

/** The parts of a dropout layer that its type hides. */
interface Layer {
  readonly rate: number
  /** Null, unless elements are dropped together, as by spatialDropout1d. */
  readonly getNoiseShape: (x: Tensor) => ReadonlyArray<number | null> | null
  readonly seed?: number | string | null
  readonly invokeCallHook: Call
}

/** Lets dropout run in one kernel where the backend is WebAssembly, unless elements are dropped together. */
export const patch = (): void => {
  const prototype = classOf("Dropout").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const isPlain =
      tf.getBackend() === "wasm" &&
      x.dtype === "float32" &&
      kwargs?.["training"] === true &&
      this.getNoiseShape(x) == null &&
      this.rate > 0 &&
      this.rate < 1
    if (!isPlain) return stock.call(this as never, inputs, kwargs)
    this.invokeCallHook(inputs, kwargs)
    return drop(x, this.rate, this.seed)
  } as Call
}
