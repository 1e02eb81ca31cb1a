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
import { findBackendFactory } from "@tensorflow/tfjs-core"
// The types of what scripts/bundle.mjs bundles.
export type * from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js"
import "../dist/bundled/tfjs-registrations.js"

declare module "@tensorflow/tfjs-layers/dist/layers/recurrent.js" {
  interface GRUCellLayerArgs {
    /** Applies the reset gate after the product with the recurrent kernel, as PyTorch and Keras do. */
    resetAfter?: boolean
  }
  interface GRULayerArgs {
    /** Applies the reset gate after the product with the recurrent kernel, as PyTorch and Keras do. */
    resetAfter?: boolean
  }
}

export * from "@tensorflow/tfjs-core"
export * from "@tensorflow/tfjs-layers"

// A project's own `@tensorflow/tfjs` may have registered it, which would be said of each of its kernels.
if (findBackendFactory("cpu") === null) await import("../dist/bundled/tfjs-backend-cpu.cjs")
