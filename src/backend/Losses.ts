import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { forward } from "./wasm/CrossEntropy.js"

/**
 * The mean of −log softmax(logits)[label] over the batch, in nats: `labels` are class indices [B],
 * int32, `logits` [B, C]. In one kernel where the backend has it.
 */
export const softmaxCrossEntropy = (labels: Tensor, logits: Tensor): Scalar => {
  const fused = tf.getKernel(forward, tf.getBackend()) !== undefined
  if (fused && logits.rank === 2 && labels.dtype === "int32") {
    return (tf.engine().runKernel(forward, { labels, logits }) as [Scalar])[0]
  }
  const oneHot = tf.oneHot(labels as Tensor1D, logits.shape.at(-1)!)
  return tf.losses.softmaxCrossEntropy(oneHot, logits) as Scalar
}
