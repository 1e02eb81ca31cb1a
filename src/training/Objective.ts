import * as tf from "../tf.js"
import { sigmoidCrossEntropy, softmaxCrossEntropy } from "../backends/Losses.js"
import type { Dataset } from "../data/Dataset.js"
import { t } from "../language/Text.js"

/** The shape of one output or label, without the batch dimension; null: any length. */
export type Shape = ReadonlyArray<number | null>

/** What an objective is told of the data: how labels look, and what they mean. */
export type Labels = Pick<Dataset, "name" | "labelShape" | "classes">

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
  /** Why a model with such outputs cannot be trained on such labels, and the way out; else null. */
  readonly mismatch?: (output: Shape, labels: Labels) => string | null
  /** The activation that the loss applies itself, so that the model must not end in it. */
  readonly activation?: "softmax" | "sigmoid"
}

/**
 * One class out of several: `output` is logits [batch, ..., classes] (no softmax in the model),
 * `labels` class indices [batch, ...]. The loss is softmax cross-entropy, -log softmax(output)[label]
 * in nats; `accuracy` is the share of labels whose largest logit is theirs.
 */
export const classification: Objective = {
  name: "classification",
  labelType: "int32",
  loss: softmaxCrossEntropy,
  metrics: {
    accuracy: (labels, output) => hits(tf.argMax(output, -1), labels)
  },
  predict: (output) => tf.softmax(output),
  mismatch: (output, { classes, labelShape, name }) => {
    const count = classes.length
    if (count === 0) {
      return t`Objective.classification needs the names of the classes, but those of ${name} are []. Name them in Dataset.classes; for labels that are quantities, use Objective.regression`
    }
    if (fits(output, [...labelShape, count])) return null
    if (count === 2 && fits(output, labelShape)) {
      return t`the model has one output for each label, but Objective.classification takes a logit for each class of ${name}, ${listed(classes)}. Use Objective.binary, which takes one logit, or give the last layer 2 units and no activation`
    }
    return fits([...output.slice(0, -1), count], [...labelShape, count])
      ? t`the model tells ${output.at(-1)} classes apart, but ${name} has ${listed(classes)}. Give its last layer ${count} units`
      : t`the model's outputs are of shape ${shown(output)}, but labels of shape ${shown(labelShape)} in ${count} classes take logits of shape ${shown([...labelShape, count])}`
  },
  activation: "softmax"
}

/**
 * One of two classes by one logit: `output` is [batch] or [batch, 1] (no sigmoid in the model),
 * `labels` are 0 or 1. With labels of more dimensions, each has a logit and counts by itself: several
 * properties of an example, or its positions. The loss is sigmoid cross-entropy, the mean of
 * log(1 + exp(-output)) where the label is 1 and of log(1 + exp(output)) where it is 0; `accuracy` is
 * the share of labels whose logit has the right sign.
 */
export const binary: Objective = {
  name: "binary",
  labelType: "int32",
  loss: sigmoidCrossEntropy,
  metrics: {
    accuracy: (labels, output) => hits(tf.greater(output, 0), labels)
  },
  predict: (output) => tf.sigmoid(output),
  mismatch: (output, { classes, labelShape, name }) => {
    if (classes.length !== 2 && classes.length !== labelShape.at(-1)) {
      return (
        t`Objective.binary tells two classes apart, but ${name} has ${listed(classes)}. Name two in Dataset.classes, that of label 0 first` +
        (classes.length > 2 ? t`; for more, use Objective.classification` : "")
      )
    }
    return fits(output, labelShape)
      ? null
      : t`the model's outputs are of shape ${shown(output)}, but Objective.binary takes one logit for each label of ${name}, whose shape is ${shown(labelShape)}` +
          (labelShape.length === 0 ? t`. Give the last layer 1 unit and no activation` : "")
  },
  activation: "sigmoid"
}

/**
 * A number or several: the mean squared error between `output` and `labels`, of the same shape but for
 * lengths of 1. `mae` is the mean absolute error.
 */
export const regression: Objective = {
  name: "regression",
  labelType: "float32",
  loss: (labels, output) => tf.losses.meanSquaredError(like(output, labels), output) as tf.Scalar,
  metrics: {
    mae: (labels, output) => perExample(tf.abs(tf.sub(output, like(output, labels))))
  },
  predict: (output) => output,
  mismatch: (output, { labelShape, name }) =>
    fits(output, labelShape)
      ? null
      : t`the model's outputs are of shape ${shown(output)}, but the labels of ${name} are of shape ${shown(labelShape)}; give them the same`
}

/** How many of an example's labels `guesses` hits, as a share, summed over the batch. */
const hits = (guesses: tf.Tensor, labels: tf.Tensor): tf.Scalar =>
  perExample(tf.equal(tf.cast(guesses, "int32"), like(guesses, labels)))

/** The mean over each example, summed over the batch. */
const perExample = (values: tf.Tensor): tf.Scalar => {
  const sum = tf.sum(values).cast("float32") as tf.Scalar
  const each = values.size / values.shape[0]!
  return each === 1 ? sum : tf.div(sum, each)
}

/** `labels` in the shape of `output`: otherwise [batch] and [batch, 1] would be taken for a table. */
const like = (output: tf.Tensor, labels: tf.Tensor): tf.Tensor =>
  tf.util.arraysEqual(output.shape, labels.shape) ? labels : tf.reshape(labels, output.shape)

/** Whether an output has a shape, but for lengths of 1. */
const fits = (output: Shape, wanted: Shape): boolean => {
  const lengths = wanted.filter((length) => length !== 1)
  const found = output.filter((length) => length !== 1)
  return (
    found.length === lengths.length &&
    found.every((length, i) => length === null || length === lengths[i])
  )
}

const shown = (shape: Shape): string => `[${shape.map((length) => length ?? "any").join(", ")}]`

const listed = (classes: ReadonlyArray<string>): string =>
  `${classes.length} (${classes.slice(0, 8).join(", ")}${classes.length > 8 ? ", …" : ""})`
