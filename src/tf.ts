/**
 * TensorFlow.js, as Holdfast and its users import it: operations, layers and gradients from one copy,
 * without the bundles for browsers that the package `@tensorflow/tfjs` brings along. A project that
 * has `@tensorflow/tfjs` of this version imports the same operations and layers from there.
 *
 * @example
 * ```ts
 * import * as tf from "holdfast/tf"
 *
 * export const net = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] })
 * ```
 */
import "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
// The types of what scripts/tfjs-registrations.mjs bundles.
export type * from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js"
import "../dist/tfjs-registrations.js"

export * from "@tensorflow/tfjs-core"
export * from "@tensorflow/tfjs-layers"
