/**
 * TensorFlow.js, as Holdfast and its users import it: operations and layers from one copy.
 *
 * @example
 * ```ts
 * import * as tf from "holdfast/tf"
 *
 * export const net = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] })
 * ```
 */
export * from "@tensorflow/tfjs"
