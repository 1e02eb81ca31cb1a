import * as tf from "../tf.js"
import {
  sigmoidCrossEntropies,
  sigmoidCrossEntropy,
  softmaxCrossEntropies,
  softmaxCrossEntropy
} from "../backends/Losses.js"
import type { Arrays, LabelledBatch, Sized, Values } from "../data/Batch.js"
import { t } from "../language/Text.js"
import { accuracy, binaryAccuracy, like } from "./metric/accuracy.js"
import { meanAbsoluteError } from "./metric/regression.js"
import type { Metric } from "./metric/Metric.js"
import type { Models, Phase } from "./Phase.js"

export type { Gradients } from "./optimizer/GradientTransformation.js"
export type { Loss, LossFunction, LossInput, Models, Phase } from "./Phase.js"

/** The shape of one output or label, without the batch dimension; null: any length. */
export type Shape = ReadonlyArray<number | null>

/** What an objective knows of the data: how labels look, and what they mean. */
export interface Labels {
  /** The name of the dataset, and of the label if there are several. */
  readonly name: string
  readonly labelShape: ReadonlyArray<number>
  readonly classes: ReadonlyArray<string>
}

/**
 * What training minimises for one output of the model, and what is measured beside it.
 *
 * `labels` is the batch's labels as a tensor and `output` the model's output, both with the batch
 * as first dimension.
 */
export interface Objective {
  readonly name: string
  readonly labelType: "int32" | "float32"
  /** The mean loss of the batch, a scalar that gradients flow through. */
  readonly loss: (labels: tf.Tensor, output: tf.Tensor) => tf.Scalar
  /**
   * The loss of each label, as many numbers as `labels`. With weights w, of examples, classes or masks,
   * the batch's loss is then Σ w × loss / Σ w. An objective without it cannot be weighted.
   */
  readonly losses?: (labels: tf.Tensor, output: tf.Tensor) => tf.Tensor
  /** Further metrics, each with a name of its own. */
  readonly metrics: ReadonlyArray<Metric>
  /** What the output says to a user: probabilities for logits. */
  readonly predict: (output: tf.Tensor) => tf.Tensor
  /** Why a model with such outputs cannot be trained on such labels, and the fix; else null. */
  readonly mismatch?: (output: Shape, labels: Labels) => string | null
  /** The activation that the loss applies itself, so that the model must not end in it. */
  readonly activation?: "softmax" | "sigmoid"
  /**
   * By how much the loss of each label grows for each part of its weight that label smoothing spreads
   * over all classes. An objective without it cannot be smoothed.
   */
  readonly smoothing?: (labels: tf.Tensor, output: tf.Tensor) => tf.Tensor
  /** How much labels of each class count in the loss, by label; metrics do not see it. */
  readonly classWeights?: ReadonlyArray<number>
}

/** An objective for each of several outputs, by their names. Made by `multi`. */
export interface MultiObjective<K extends string = string> {
  readonly outputs: Readonly<Record<K, Objective>>
  /** What the loss of each output is multiplied by in the sum. */
  readonly lossWeights: Readonly<Record<K, number>>
}

/** The phases of each training step. Made by `phases`. */
export interface PhasedObjective<M extends Models = never, B extends Sized = never> {
  readonly phases: ReadonlyArray<Phase<M, B>>
}

/** An objective for one output, or for several by name; or the phases of a step. */
export type AnyObjective = Objective | MultiObjective | PhasedObjective

/** The batches that an objective can be trained on: one label, or one for each output by name. */
export type BatchOf<O> =
  O extends PhasedObjective<infer _M, infer B>
    ? B
    : O extends MultiObjective<infer K>
      ? LabelledBatch<Arrays, Readonly<Record<K, Values>>>
      : LabelledBatch<Arrays, Values>

/**
 * Trains several outputs of a model at once, each by its own objective. The names are those of the
 * model's output layers and of the dataset's labels. The loss is Σ weight × loss of the output; each
 * output's loss and metrics are measured as `<output>_loss`, `<output>_accuracy` and so on.
 *
 * @example
 * ```ts
 * import { Objective } from "holdfast"
 *
 * const objective = Objective.multi(
 *   { age: Objective.regression, sex: Objective.binary },
 *   { weights: { age: 0.01 } }
 * )
 * ```
 */
export const multi = <K extends string>(
  outputs: Readonly<Record<K, Objective>>,
  options: { readonly weights?: Readonly<Partial<Record<NoInfer<K>, number>>> } = {}
): MultiObjective<K> => ({
  outputs,
  lossWeights: {
    ...(Object.fromEntries(Object.keys(outputs).map((name) => [name, 1])) as Record<K, number>),
    ...options.weights
  }
})

/**
 * What a training step with losses of its own is made of: phases in order, each with a loss over the
 * batch, the weights that it trains and their optimizer. Measures `<phase>_loss` for each of several,
 * `loss`, their sum, and the metrics that the losses give.
 *
 * @example
 * ```ts
 * import { Objective } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * // An autoencoder: two models, trained together on batches without labels.
 * const objective = Objective.phases({
 *   name: "autoencoder",
 *   trains: () => true,
 *   loss: ({ batch, models, training }: Objective.LossInput<
 *     { readonly encoder: tf.LayersModel; readonly decoder: tf.LayersModel },
 *     { readonly size: number; readonly values: Float32Array }
 *   >) => {
 *     const values = tf.tensor2d(batch.values, [batch.size, 16])
 *     const code = models.encoder.apply(values, { training })
 *     const again = models.decoder.apply(code, { training }) as tf.Tensor
 *     return { loss: tf.losses.meanSquaredError(values, again) as tf.Scalar }
 *   }
 * })
 * ```
 */
export const phases = <M extends Models, B extends Sized>(
  ...all: ReadonlyArray<Phase<M, B>>
): PhasedObjective<M, B> => {
  const names = all.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (all.length === 0) throw new Error(t`Objective.phases needs at least one phase`)
  if (twice === undefined) return { phases: all }
  throw new Error(
    t`two phases of Objective.phases are called ${twice}; rename one, since a checkpoint tells their optimizers apart by name`
  )
}

/** With further metrics. Throws if two have the same name, or one is for other objectives. */
export const withMetrics = (objective: Objective, ...metrics: ReadonlyArray<Metric>): Objective => {
  const other = metrics.find(
    ({ objectives = [objective.name] }) =>
      isBuiltIn(objective.name) && !objectives.includes(objective.name)
  )
  if (other !== undefined) {
    const names = other.objectives!.map((name) => `Objective.${name}`).join(t` and `)
    throw new Error(
      t`the metric ${other.name} is for ${names}, and this is Objective.${objective.name}`
    )
  }
  const all = [...objective.metrics, ...metrics]
  const names = ["loss", ...all.map(({ name }) => name)]
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return { ...objective, metrics: all }
  throw new Error(t`two metrics are called ${twice}; give one another name: Metric.f1({ name })`)
}

const isBuiltIn = (name: string): boolean =>
  [classification, binary, regression].some((one) => one.name === name)

/**
 * With label smoothing (Szegedy et al., "Rethinking the Inception Architecture", 2016): `amount` of the
 * weight of each label is spread evenly over all classes, as in PyTorch's
 * `CrossEntropyLoss(label_smoothing)`; a label of `Objective.binary` moves toward ½. In training and
 * validation. Class weights are those of the label. Throws if the objective cannot be smoothed.
 */
export const withLabelSmoothing = (objective: Objective, amount: number): Objective => {
  const { loss, losses, name, smoothing } = objective
  if (smoothing === undefined) {
    throw new Error(t`the labels of the objective ${name} cannot be smoothed: it has no smoothing`)
  }
  if (!(amount >= 0 && amount < 1)) {
    throw new Error(t`label smoothing is ${amount}; give a number of at least 0 and less than 1`)
  }
  return {
    ...objective,
    loss: (labels, output) =>
      tf.add<tf.Scalar>(loss(labels, output), tf.mul(tf.mean(smoothing(labels, output)), amount)),
    ...(losses && {
      losses: (labels, output) => {
        const sharp = losses(labels, output)
        const more = tf.reshape(smoothing(labels, output), sharp.shape)
        return tf.add(sharp, tf.mul(more, amount))
      }
    })
  }
}

/**
 * With class weights, by label: a batch's loss is Σ w[label] × loss / Σ w[label], as in PyTorch's
 * `CrossEntropyLoss(weight)`; sample weights and masks multiply them. Metrics stay unweighted by class.
 */
export const withClassWeights = (
  objective: Objective,
  classWeights: ReadonlyArray<number>
): Objective => ({ ...objective, classWeights })

/**
 * One class out of several: `output` is logits [batch, ..., classes] (no softmax in the model),
 * `labels` class indices [batch, ...]. The loss is softmax cross-entropy, -log softmax(output)[label]
 * in nats; `accuracy` is the share of labels whose largest logit is theirs.
 */
export const classification: Objective = {
  name: "classification",
  labelType: "int32",
  loss: softmaxCrossEntropy,
  losses: softmaxCrossEntropies,
  // The mean over the classes c of −log p[c] + log p[label]: the logit of the label less their mean.
  smoothing: (labels, output) => {
    const classes = output.shape.at(-1)!
    const logits = tf.reshape(output, [-1, classes])
    const label = tf.oneHot(tf.reshape(labels, [-1]).cast("int32") as tf.Tensor1D, classes)
    return tf.sum(tf.mul(logits, tf.sub(label, 1 / classes)), 1)
  },
  metrics: [accuracy],
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
  losses: sigmoidCrossEntropies,
  smoothing: (labels, output) => tf.mul(like(output, tf.sub(labels, 0.5)), output),
  metrics: [binaryAccuracy],
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
  losses: (labels, output) => tf.squaredDifference(like(output, labels), output),
  metrics: [meanAbsoluteError],
  predict: (output) => output,
  mismatch: (output, { labelShape, name }) =>
    fits(output, labelShape)
      ? null
      : t`the model's outputs are of shape ${shown(output)}, but the labels of ${name} are of shape ${shown(labelShape)}; give them the same`
}

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
