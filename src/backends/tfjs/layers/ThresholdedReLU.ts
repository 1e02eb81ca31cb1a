import type { layers } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { classOf } from "./classOf.js"

type Call = layers.Layer["call"]

/** Lets thresholdedReLU train: it compares its input, and comparisons have no gradient there. */
export const patch = (): void => {
  const prototype = classOf("ThresholdedReLU").prototype as { call: Call }
  prototype.call = function (this: { readonly theta: number }, inputs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    return tf.tidy(() => tf.mul(x, tf.step(tf.sub(x, this.theta))))
  } as Call
}
