import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Choice from "../config/Choice.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { DataError } from "../data/DataError.js"
import type { AnyDataset } from "../data/Dataset.js"
import { labelsOf } from "../data/labelsOf.js"
import { layoutOf, lengthOf } from "../data/Layout.js"
import { stepsFrom } from "../data/Order.js"
import * as Sampler from "../data/Sampler.js"
import { t } from "../language/Text.js"
import { builtIn } from "./metric/BuiltIn.js"
import type { Metric } from "./metric/Metric.js"
import {
  withClassWeights,
  withLabelSmoothing,
  withMetrics,
  type AnyObjective,
  type Objective
} from "./Objective.js"
import { StageError } from "./StageError.js"

/** The fields of `training` that change an objective. */
type Fields = Pick<
  TrainingConfig,
  "batch_size" | "class_weights" | "label_smoothing" | "metrics" | "mixup" | "shards"
>

export const refused = (field: string, value: unknown, detail: string) =>
  new StageError({
    reason: {
      _tag: "Setting",
      field: `training.${field}`,
      value: typeof value === "string" ? value : JSON.stringify(value),
      detail
    }
  })

/**
 * The objective with what the config adds to it that needs no data: metrics and label smoothing. Fails
 * where the objective has no use for a field.
 */
export const configured = (
  objective: AnyObjective,
  training: Fields
): Either.Either<AnyObjective, StageError> =>
  training.shards > training.batch_size
    ? Either.left(
        refused(
          "shards",
          training.shards,
          t`a batch has training.batch_size = ${training.batch_size} examples, and a shard needs at least one; lower training.shards`
        )
      )
    : "phases" in objective
      ? untouched(objective, training)
      : "outputs" in objective
        ? withSeveralOutputs(objective, training)
        : withOneOutput(objective, training)

const withOneOutput = (objective: Objective, training: Fields) =>
  Either.gen(function* () {
    const { label_smoothing, metrics } = training
    if (!isList(metrics)) yield* knownOutputs(metrics, [])
    const own = yield* measured(objective, isList(metrics) ? metrics : [])
    if (label_smoothing > 0 && own.smoothing === undefined) return yield* noSmoothing(training)
    return smoothed(own, training)
  })

const withSeveralOutputs = (
  objective: Extract<AnyObjective, { readonly outputs: unknown }>,
  training: Fields
) =>
  Either.gen(function* () {
    const { class_weights, label_smoothing, metrics } = training
    const names = Object.keys(objective.outputs)
    if (isList(metrics) && metrics.length > 0) {
      return yield* Either.left(
        refused(
          "metrics",
          metrics,
          t`the model has several outputs; give a list for each by its name: ${JSON.stringify({ [names[0]!]: metrics.map(({ name }) => name) })}`
        )
      )
    }
    const outputs: Record<string, Objective> = {}
    for (const [name, one] of Object.entries(objective.outputs)) {
      outputs[name] = yield* measured(one, isList(metrics) ? [] : (metrics[name] ?? []))
    }
    if (!isList(metrics)) yield* knownOutputs(metrics, names)
    if (class_weights !== null) {
      return yield* Either.left(
        refused(
          "class_weights",
          class_weights,
          t`the model has several outputs; weight the classes of one in code: Objective.withClassWeights`
        )
      )
    }
    const isIdle = Object.values(outputs).every(({ smoothing }) => smoothing === undefined)
    if (label_smoothing > 0 && isIdle) return yield* noSmoothing(training)
    for (const name of names) outputs[name] = smoothed(outputs[name]!, training)
    return { ...objective, outputs }
  })

/** Phases compute their losses and metrics themselves. */
const untouched = (objective: AnyObjective, training: Fields) => {
  const { class_weights, label_smoothing, metrics, mixup } = training
  const asked = Object.entries({ metrics, label_smoothing, mixup, class_weights }).find(
    ([, value]) => value !== null && value !== 0 && !(isList(value) && value.length === 0)
  )
  return asked === undefined
    ? Either.right(objective)
    : Either.left(
        refused(
          asked[0],
          asked[1],
          t`the phases of the objective compute their losses and metrics themselves; do it there, or remove the field`
        )
      )
}

const isList = (value: unknown): value is ReadonlyArray<{ readonly name: string }> =>
  Array.isArray(value)

const knownOutputs = (
  metrics: object,
  known: ReadonlyArray<string>
): Either.Either<void, StageError> => {
  const unknown = Object.keys(metrics).find((name) => !known.includes(name))
  if (unknown === undefined) return Either.void
  return Either.left(
    refused(
      "metrics",
      metrics,
      known.length === 0
        ? t`the model has one output without a name; give a list`
        : t`there is no output ${unknown}; the objective has ${known.join(", ")}`
    )
  )
}

/** With the metrics that the config names; what the objective measures already is not added again. */
const measured = (
  objective: Objective,
  names: ReadonlyArray<{ readonly name: string }>
): Either.Either<Objective, StageError> => {
  const metrics = names
    .map((config) => Choice.made<Metric>(config, builtIn))
    .filter((metric) => !isOwn(objective, metric))
  return Either.try({
    try: () => withMetrics(objective, ...metrics),
    catch: (error) =>
      refused("metrics", names.map(({ name }) => name).join(", "), `${(error as Error).message}`)
  })
}

/** Accuracy and the mean absolute error come with the objectives that they are for. */
const isOwn = ({ metrics }: Objective, { name }: Metric): boolean =>
  (name === "accuracy" || name === "mae") && metrics.some((one) => one.name === name)

/** With label smoothing, where the objective knows it. */
const smoothed = (objective: Objective, { label_smoothing }: Fields): Objective =>
  label_smoothing > 0 && objective.smoothing !== undefined
    ? withLabelSmoothing(objective, label_smoothing)
    : objective

const noSmoothing = ({ label_smoothing }: Fields) =>
  Either.left(
    refused(
      "label_smoothing",
      label_smoothing,
      t`it is for labels that are classes: Objective.classification and Objective.binary`
    )
  )

type Training = Fields & Pick<TrainingConfig, "drop_last" | "sampler" | "validation_interval">

/**
 * The objective with what the config adds to it by the data: class weights. Fails where the data has no
 * use for a field of the config, `drop_last` and `validation_interval` included.
 */
export const configuredByData = (
  objective: AnyObjective,
  training: Training,
  dataset: AnyDataset
): Effect.Effect<AnyObjective, StageError | DataError> =>
  Effect.gen(function* () {
    const { batch_size, drop_last, mixup, sampler } = training
    const { size } = dataset.train
    if (drop_last && size > 0 && stepsFrom(0, size, training) === 0) {
      return yield* refused(
        "drop_last",
        drop_last,
        t`no step is left: there are ${size} training examples, and training.batch_size is ${batch_size}`
      )
    }
    if (training.validation_interval !== null && dataset.validation.size === 0) {
      return yield* refused(
        "validation_interval",
        training.validation_interval,
        t`there are no validation examples`
      )
    }
    const { inputs, labels } = layoutOf(dataset)
    const integers = inputs.find(
      ({ dtype = "float32", normalization }) => dtype !== "float32" && normalization === undefined
    )
    if (mixup > 0 && integers !== undefined) {
      return yield* refused(
        "mixup",
        mixup,
        t`the input ${integers.name ?? ""} holds integers, which cannot be mixed; declare a normalization, or remove the field`
      )
    }
    const [label, ...others] = labels
    const isSingle = label !== undefined && others.length === 0 && (label.classes?.length ?? 0) > 0
    if (
      Choice.made<Sampler.Sampler>(sampler, Sampler.builtIn).readsLabels === true &&
      !(isSingle && lengthOf(label.shape) === 1)
    ) {
      return yield* refused(
        "sampler",
        sampler.name,
        t`it needs one label for each example, whose classes Dataset.classes names`
      )
    }
    if (training.class_weights === null || "phases" in objective || "outputs" in objective) {
      return objective
    }
    if (!isSingle) {
      return yield* refused(
        "class_weights",
        training.class_weights,
        t`the labels are no classes: Dataset.classes names none`
      )
    }
    const weights = yield* classWeights(training.class_weights, label.classes ?? [], dataset)
    return withClassWeights(objective, weights)
  })

/** The weight of each class that the config asks for. */
const classWeights = (
  asked: NonNullable<Fields["class_weights"]>,
  classes: ReadonlyArray<string>,
  dataset: AnyDataset
): Effect.Effect<ReadonlyArray<number>, StageError | DataError> => {
  if (asked === "balanced") {
    return Effect.map(labelsOf(dataset), (labels) => balancedWeights(labels, classes.length))
  }
  if (isNumbers(asked)) {
    return asked.length === classes.length
      ? Effect.succeed(asked)
      : refused(
          "class_weights",
          asked,
          t`there are ${classes.length} classes: ${classes.join(", ")}`
        )
  }
  const unknown = Object.keys(asked).find((name) => !classes.includes(name))
  return unknown === undefined
    ? Effect.succeed(classes.map((name) => asked[name] ?? 1))
    : refused(
        "class_weights",
        asked,
        t`there is no class ${unknown}; the data has ${classes.join(", ")}`
      )
}

const isNumbers = (asked: object): asked is ReadonlyArray<number> => Array.isArray(asked)

/**
 * labels / (classes × labels of the class), as scikit-learn's `compute_class_weight("balanced")`, over
 * the classes that occur; 1 for one that does not.
 */
export const balancedWeights = (labels: Int32Array, classes: number): ReadonlyArray<number> => {
  const counts = Array<number>(classes).fill(0)
  for (const label of labels) if (label >= 0 && label < classes) counts[label]! += 1
  const total = counts.reduce((sum, count) => sum + count, 0)
  const occurring = counts.filter((count) => count > 0).length
  return counts.map((count) => (count === 0 ? 1 : total / (occurring * count)))
}
