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
    return tf.tidy(() => {
      const { mean, variance } = tf.moments(Array.isArray(inputs) ? inputs[0]! : inputs, 1)
      // The small number keeps the gradient of the root finite for a channel that never changes.
      return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-5))], -1)
    })
  }
}

// So that a model with it is built from its JSON: by `holdfast predict`, or in a browser.
tf.serialization.registerClass(StatisticsPooling)
