import * as Statistics from "../backends/wasm/Statistics.js"
import * as tf from "../tf.js"

/**
 * The mean and the standard deviation of each channel over time: [batch, time, channels] to
 * [batch, 2 · channels] (Snyder et al., "X-vectors", 2018).
 */
export class StatisticsPooling extends tf.layers.Layer {
  static readonly className = "StatisticsPooling"

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0]!, 2 * inputShape[2]!]
  }

  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.tidy(() => Statistics.overTime(Array.isArray(inputs) ? inputs[0]! : inputs))
  }
}

// So that a model with it is built from its JSON: by `holdfast predict`, or in a browser.
tf.serialization.registerClass(StatisticsPooling)
