import type { LayersModel, SymbolicTensor } from "../tf.js"
import * as Effect from "effect/Effect"
import { matches } from "../config/Glob.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf, type Field } from "../data/Layout.js"
import { t } from "../language/Text.js"
import { trainedBy } from "./BoundPhase.js"
import { inputNamesOf, outputNamesOf } from "./BatchTensors.js"
import { ModelMismatch } from "./ModelMismatch.js"
import { headsOf, type Head } from "./Heads.js"
import type { AnyObjective, MultiObjective, Objective } from "./Objective.js"
import { partsOf } from "./ModelParts.js"
import type { Models } from "./Phase.js"

/**
 * Fails unless the model takes the inputs that the dataset declares, and the objective can compare its
 * outputs with the labels: by names, shapes and types.
 */
export const checkModel = (
  model: LayersModel,
  objective: AnyObjective,
  dataset: AnyDataset,
  config: object
): Effect.Effect<void, ModelMismatch> => {
  // What phases do with batch and model is theirs alone.
  if ("phases" in objective) return Effect.void
  const input = inputProblem(model, dataset)
  if (input !== null) return refuse("Inputs", input)
  const names = outputProblem(model, objective, dataset)
  if (names !== null) return refuse("Outputs", names)
  const problems = headsOf(objective, dataset, outputNamesOf(model)).map((head) =>
    headProblem(model, head, dataset)
  )
  const problem = problems.find((one) => one !== null) ?? null
  return problem === null ? Effect.void : refuse("Objective", problem + classesHint(config))
}

/**
 * Fails if a parameter group names weights that the models do not have, or if the groups leave none to
 * train.
 */
export const checkGroups = (
  groups: TrainingConfig["parameter_groups"],
  models: Models
): Effect.Effect<void, ModelMismatch> => {
  const { weights } = partsOf({ models })
  const names = weights.map(({ name }) => name)
  const idle = groups
    .flatMap(({ weights }) => weights)
    .find((pattern) => !names.some((name) => matches(pattern, name)))
  if (idle !== undefined) {
    return refuse(
      "Weights",
      t`training.parameter_groups names ${JSON.stringify(idle)}, but no weight of the model has such a name; they are ${listed(names.slice(0, 30))}${names.length > 30 ? ", …" : ""}`
    )
  }
  return weights.some(({ trainable }) => trainable)
    ? Effect.void
    : refuse("Weights", t`training.parameter_groups leaves no weight to train: all are frozen`)
}

/** Fails if a phase of the objective trains none of the models' weights. */
export const checkPhases = (
  objective: AnyObjective,
  models: Models
): Effect.Effect<void, ModelMismatch> => {
  const phases = "phases" in objective ? objective.phases : []
  const idle = phases.find((phase) => trainedBy(phase, models).length === 0)
  return idle === undefined
    ? Effect.void
    : refuse(
        "Objective",
        t`the phase ${idle.name} trains no weight; in trains, name one of the models (${listed(Object.keys(models))}) or accept the names of weights, and check that they are trainable`
      )
}

const refuse = (reason: ModelMismatch["reason"], detail: string) =>
  Effect.fail(new ModelMismatch({ reason, detail }))

const listed = (names: ReadonlyArray<string | null>) => names.map((name) => name ?? "").join(", ")

/** Whether each of one list of names is in the other. */
const isSame = (a: ReadonlyArray<string | null>, b: ReadonlyArray<string | null>) =>
  a.length === b.length && a.every((name) => b.includes(name))

const inputProblem = (model: LayersModel, dataset: AnyDataset): string | null => {
  const { inputs } = layoutOf(dataset)
  const inputNames = inputNamesOf(model)
  if (inputs.length === 0) return null
  if (model.inputs.length === 1 && inputs.length === 1) {
    return fieldProblem(model.inputs[0]!, inputs[0]!, dataset.name)
  }
  const names = inputs.map(({ name }) => name)
  if (names.includes(null)) {
    return t`the model has ${model.inputs.length} inputs, ${listed(inputNames)}, but ${dataset.name} has one without a name; declare each in Dataset.inputs`
  }
  if (!isSame(names, inputNames)) {
    return t`the model's inputs are ${listed(inputNames)}, but those of ${dataset.name} are ${listed(names)}; give the input layers these names: tf.input({ name, shape })`
  }
  const problems = inputs.map((field) =>
    fieldProblem(
      model.inputs[inputNames.indexOf(field.name!)]!,
      field,
      `${dataset.name}, ${field.name}`
    )
  )
  return problems.find((problem) => problem !== null) ?? null
}

const fieldProblem = (input: SymbolicTensor, field: Field, name: string): string | null => {
  const shape = input.shape.slice(1)
  const fits =
    shape.length === field.shape.length &&
    shape.every((size, i) => size === null || size === field.shape[i])
  if (!fits) {
    return t`the model takes inputs of shape [${shape.map((size) => size ?? t`any`)}], but those of ${name} are [${field.shape}]`
  }
  const { dtype = "float32", normalization } = field
  const isFloat = dtype === "float32" || normalization !== undefined
  return isFloat && input.dtype === "int32"
    ? t`the model takes int32 inputs, but those of ${name} are float32; declare their dtype as int32 or uint8`
    : null
}

const outputProblem = (
  model: LayersModel,
  objective: Objective | MultiObjective,
  dataset: AnyDataset
): string | null => {
  const outputNames = outputNamesOf(model)
  const labels = layoutOf(dataset).labels.map(({ name }) => name)
  if (labels.length === 0) {
    return t`${dataset.name} declares no labels for the objective; declare labelShape and classes, or labels by name`
  }
  if (!("outputs" in objective)) {
    return outputNames.length !== 1 || labels.length !== 1
      ? t`Objective.${objective.name} trains one output on one label, but the model has ${outputNames.length} (${listed(outputNames)}) and ${dataset.name} has ${labels.length}; use Objective.multi`
      : null
  }
  const names = Object.keys(objective.outputs)
  if (outputNames.length + names.length > 2 && !isSame(names, outputNames)) {
    return t`Objective.multi trains the outputs ${listed(names)}, but those of the model are ${listed(outputNames)}; give the output layers these names`
  }
  const missing = names.find((name) => !labels.includes(name))
  return missing === undefined
    ? null
    : t`Objective.multi trains ${missing}, but ${dataset.name} has no label of that name, only ${listed(labels)}`
}

const headProblem = (
  { outputs }: LayersModel,
  { field, name, objective, output }: Head,
  dataset: AnyDataset
): string | null => {
  const { classes = [], masked = false, shape, weighted = false } = field
  const labels = {
    name: name === null ? dataset.name : `${dataset.name}, ${name}`,
    labelShape: shape,
    classes
  }
  const { classWeights, losses } = objective
  if (losses === undefined && (masked || weighted || classWeights !== undefined)) {
    return t`Objective.${objective.name} cannot weigh or mask labels, as those of ${labels.name} are; give it losses, the loss of each label`
  }
  if (classWeights !== undefined && classWeights.length !== classes.length) {
    return t`Objective.${objective.name} has ${classWeights.length} class weights, but ${labels.name} has ${classes.length} classes`
  }
  return objective.mismatch?.(outputs[output]!.shape.slice(1), labels) ?? null
}

const classesHint = (config: object): string => {
  const { num_classes } = { ...(config as { model?: object }).model } as { num_classes?: unknown }
  return num_classes == null ? "" : t` (model.num_classes is ${num_classes})`
}
