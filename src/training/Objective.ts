import * as tf from "@tensorflow/tfjs"
import { softmaxCrossEntropy } from "../backend/Losses.js"

/**
 * What training minimises, and what is measured beside it.
 *
 * `labels` is the batch's labels as a tensor and `output` the model's output, both with the batch
 * as first dimension.
 */
export interface Objective {
  readonly name: string
  readonly labelType: "int32" | "float32"
  /** The mean loss of the batch, a scalar that gradients flow through. */
  readonly loss: (labels: tf.Tensor, output: tf.Tensor) => tf.Scalar
  /** Further metrics, each the sum over the batch's examples, a new scalar. */
  readonly metrics: Readonly<Record<string, (labels: tf.Tensor, output: tf.Tensor) => tf.Scalar>>
  /** What the output says to a user: probabilities for logits. */
  readonly predict: (output: tf.Tensor) => tf.Tensor
}

/**
 * One class out of several: `output` is logits [batch, classes] (no softmax in the model), `labels`
 * class indices [batch]. The loss is softmax cross-entropy, -log softmax(output)[label] in nats;
 * `accuracy` is the share of examples whose largest logit is the label's.
 */
export const classification: Objective = {
  name: "classification",
  labelType: "int32",
  loss: softmaxCrossEntropy,
  metrics: {
    accuracy: (labels, output) =>
      tf.sum(tf.equal(tf.argMax(output, -1), labels)).cast("float32") as tf.Scalar
  },
  predict: (output) => tf.softmax(output)
}

/** A number or several: the mean squared error between `output` and `labels`, of the same shape. */
export const regression: Objective = {
  name: "regression",
  labelType: "float32",
  loss: (labels, output) => tf.losses.meanSquaredError(labels, output) as tf.Scalar,
  metrics: {},
  predict: (output) => output
}
