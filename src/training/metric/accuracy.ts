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
export const accuracy: Metric<MeanState> = mean("accuracy", (labels, output) =>
  hits(tf.argMax(output, -1), labels)
)

/** The share of labels, 0 or 1, whose logit has the right sign: `output` has one for each. */
export const binaryAccuracy: Metric<MeanState> = mean("accuracy", (labels, output) =>
  hits(tf.greater(output, 0), labels)
)

/** The mean absolute error, Σ |output − label| / n. */
export const meanAbsoluteError: Metric<MeanState> = mean("mae", (labels, output) =>
  tf.abs(tf.sub(output, like(output, labels)))
)
