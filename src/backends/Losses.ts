import type { Scalar, Tensor, Tensor1D } from "../tf.js"
import * as tf from "../tf.js"
import { isSynchronous } from "./Readback.js"
import { checkLabels, forward } from "./wasm/CrossEntropy.js"

/**
 * The mean of −log softmax(logits)[label] over all labels, in nats: `labels` are class indices,
 * `logits` has their shape and the classes as a last dimension. In one kernel where the backend has it.
 */
export const softmaxCrossEntropy = (labels: Tensor, logits: Tensor): Scalar => {
  const classes = logits.shape.at(-1)!
  const flatLabels = labels.rank === 1 ? labels : tf.reshape(labels, [-1])
  const flat = logits.rank === 2 ? logits : tf.reshape(logits, [-1, classes])
  if (tf.getKernel(forward, tf.getBackend()) !== undefined && labels.dtype === "int32") {
    return (tf.engine().runKernel(forward, { labels: flatLabels, logits: flat }) as [Scalar])[0]
  }
  // WebGPU cannot be read at once; a run has looked at its labels before.
  if (isSynchronous()) checkLabels(flatLabels.dataSync(), flat.shape[0]!, classes)
  const oneHot = tf.oneHot(flatLabels as Tensor1D, classes)
  return tf.losses.softmaxCrossEntropy(oneHot, flat) as Scalar
}

/** −log softmax(logits)[label] of each label, in nats, [labels]. See `softmaxCrossEntropy`. */
export const softmaxCrossEntropies = (labels: Tensor, logits: Tensor): Tensor => {
  const classes = logits.shape.at(-1)!
  const flatLabels = tf.reshape(labels, [-1])
  const flat = tf.reshape(logits, [-1, classes])
  if (isSynchronous()) checkLabels(flatLabels.dataSync(), flat.shape[0]!, classes)
  const oneHot = tf.oneHot(flatLabels as Tensor1D, classes)
  return tf.losses.softmaxCrossEntropy(oneHot, flat, undefined, 0, tf.Reduction.NONE)
}

/**
 * The mean of −log sigmoid(logit) where the label is 1, of −log sigmoid(−logit) where it is 0: that is
 * the softmax of 0 and the logit, which stays finite for any.
 */
export const sigmoidCrossEntropy = (labels: Tensor, logits: Tensor): Scalar => {
  const column = tf.reshape(logits, [-1, 1])
  return softmaxCrossEntropy(labels, tf.concat([tf.zerosLike(column), column], 1))
}

/** The loss of each label, [labels]. See `sigmoidCrossEntropy`. */
export const sigmoidCrossEntropies = (labels: Tensor, logits: Tensor): Tensor => {
  const column = tf.reshape(logits, [-1, 1])
  return softmaxCrossEntropies(labels, tf.concat([tf.zerosLike(column), column], 1))
}
