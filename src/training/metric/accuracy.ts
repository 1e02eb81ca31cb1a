import { exp } from "../../backends/DeterministicMath.js"
import { softmaxCrossEntropies } from "../../backends/Losses.js"
import * as tf from "../../tf.js"
import { mean, type MeanState } from "./mean.js"
import type { Metric } from "./Metric.js"

/** `labels` in the shape of `output`: otherwise [batch] and [batch, 1] would be taken for a table. */
export const like = (output: tf.Tensor, labels: tf.Tensor): tf.Tensor =>
  tf.util.arraysEqual(output.shape, labels.shape) ? labels : tf.reshape(labels, output.shape)

/** Which labels are guessed right. */
const hits = (guesses: tf.Tensor, labels: tf.Tensor): tf.Tensor =>
  tf.equal(tf.cast(guesses, "int32"), like(guesses, labels))

/** The share of labels whose class has the largest logit: `output` is [...labels, classes]. */
export const accuracy: Metric<MeanState> = {
  ...mean("accuracy", (labels, output) => hits(tf.argMax(output, -1), labels)),
  objectives: ["classification"]
}

/** The share of labels, 0 or 1, whose logit has the right sign: `output` has one for each. */
export const binaryAccuracy: Metric<MeanState> = {
  ...mean("accuracy", (labels, output) => hits(tf.greater(output, 0), labels)),
  objectives: ["binary"]
}

/**
 * The share of labels whose class is among the `k` largest logits: `output` is [...labels, classes]. Of
 * equal logits the class with the lower index comes first, so that `k: 1` is `accuracy`. The same
 * figure as `sklearn.metrics.top_k_accuracy_score`, which breaks ties otherwise.
 */
export const topK = ({
  k = 5,
  name = `top_${k}_accuracy`
}: { readonly k?: number; readonly name?: string } = {}): Metric<MeanState> => ({
  ...mean(name, (labels, output) => {
    const classes = output.shape.at(-1)!
    // 0 × ∞ is no number.
    const logits = tf.clipByValue(tf.reshape(output, [-1, classes]), -3e38, 3e38)
    const label = tf.reshape(labels, [-1]).cast("int32") as tf.Tensor1D
    const own = tf.sum(tf.mul(tf.oneHot(label, classes), logits), 1, true)
    const isEarlier = tf.less(tf.range(0, classes, 1, "int32"), tf.reshape(label, [-1, 1]))
    const isBefore = tf.logicalOr(
      tf.greater(logits, own),
      tf.logicalAnd(tf.equal(logits, own), isEarlier)
    )
    const isRight = tf.less(tf.sum(isBefore.cast("int32"), 1), k)
    // A logit that is no number is right of nothing.
    return tf.logicalAnd(isRight, tf.logicalNot(tf.any(tf.isNaN(logits), 1)))
  }),
  objectives: ["classification"]
})

/**
 * The perplexity, e to the mean cross-entropy in nats of the labels, e^(Σ w × −log p[label] / Σ w):
 * of how many equally likely classes the model is as uncertain as of the right one. `output` is
 * logits [...labels, classes]; masked labels do not count.
 */
export const perplexity = ({
  name = "perplexity"
}: { readonly name?: string } = {}): Metric<MeanState> => {
  const crossEntropy = mean(name, softmaxCrossEntropies)
  return {
    ...crossEntropy,
    objectives: ["classification"],
    compute: (state, examples) => exp(crossEntropy.compute(state, examples))
  }
}
