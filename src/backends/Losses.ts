import type { Scalar, Tensor, Tensor1D } from "../tf.js"
import * as tf from "../tf.js"
import { isSynchronous } from "./Readback.js"
import { checkLabels, forward } from "./wasm/CrossEntropy.js"

/**
 * The mean of −log softmax(logits)[label] over all labels, in nats: `labels` are class indices,
 * `logits` has their shape and the classes as a last dimension. In one kernel where the backend has it.
 */
export const softmaxCrossEntropy = (labels: Tensor, logits: Tensor): Scalar => {
  const flat = flattened(labels, logits)
  if (tf.getKernel(forward, tf.getBackend()) !== undefined && labels.dtype === "int32") {
    return (tf.engine().runKernel(forward, { ...flat }) as [Scalar])[0]
  }
  return tf.losses.softmaxCrossEntropy(oneHot(flat), flat.logits) as Scalar
}

/** −log softmax(logits)[label] of each label, in nats, [labels]. See `softmaxCrossEntropy`. */
export const softmaxCrossEntropies = (labels: Tensor, logits: Tensor): Tensor => {
  const flat = flattened(labels, logits)
  return tf.losses.softmaxCrossEntropy(oneHot(flat), flat.logits, undefined, 0, tf.Reduction.NONE)
}

/** Labels one after the other, and a row of logits for each. */
interface Flat {
  readonly labels: Tensor
  readonly logits: Tensor
}

const flattened = (labels: Tensor, logits: Tensor): Flat => ({
  labels: labels.rank === 1 ? labels : tf.reshape(labels, [-1]),
  logits: logits.rank === 2 ? logits : tf.reshape(logits, [-1, logits.shape.at(-1)!])
})

const oneHot = ({ labels, logits }: Flat): Tensor => {
  const [rows, classes] = logits.shape as [number, number]
  // A backend that cannot be read at once relies on the run, which has looked at its labels before.
  if (isSynchronous()) checkLabels(labels.dataSync(), rows, classes)
  return tf.oneHot(labels as Tensor1D, classes)
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
