import type { Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { forward } from "../../wasm/Gelu.js"
import { classOf } from "./classOf.js"

interface Activation {
  apply: (x: Tensor) => Tensor
}

/** Lets the activation gelu run in one kernel where the backend has it. */
export const patch = (): void => {
  const prototype = classOf("gelu").prototype as Activation
  const stock = prototype.apply
  prototype.apply = function (x) {
    return x.dtype === "float32" && tf.getKernel(forward, tf.getBackend()) != null
      ? (tf.engine().runKernel(forward, { x }) as Tensor)
      : stock.call(this, x)
  }
}
