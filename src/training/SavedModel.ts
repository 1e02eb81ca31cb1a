import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Backend } from "../backends/Backend.js"
import type { BackendError } from "../backends/BackendError.js"
import {
  epochOfWeights,
  type Checkpoint,
  type OutputIdentity
} from "../checkpointing/Checkpoint.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import { acquireModels } from "./BuildModel.js"
import { checkArchitecture } from "./Compatibility.js"
import { inputsOf } from "./DatasetIdentity.js"
import { outputIdentities } from "./Heads.js"
import type { IncompatibleCheckpoint } from "./IncompatibleCheckpoint.js"
import { modelOf } from "./ModelConfig.js"
import { ModelMismatch } from "./ModelMismatch.js"
import { partsOf } from "./ModelParts.js"
import { regression, type AnyObjective, type Objective } from "./Objective.js"
import * as Random from "./Random.js"
import * as RestoreState from "./RestoreState.js"
import type { Models } from "./RunFields.js"
import type { ModelBuilder, ModelInput } from "./RunParts.js"
import type { StateError } from "./Stateful.js"
import { predictor, type TrainedModel } from "./TrainedModel.js"

/** How the models of a checkpoint are built, and what trained them. */
export interface Builder<C, O extends AnyObjective, E = never, R = never> {
  readonly model: ModelBuilder<C, E, R>
  readonly objective: O
  readonly input: ModelInput<C>
}

/** Which of a checkpoint's weights, and of which model. */
export interface Selection {
  /**
   * The name of a state that holds other weights, where it holds them; null: the model's own. By default
   * the average of the weights, where the run has kept one.
   */
  readonly weights?: string | null | undefined
  /** The name of the model, where there are several; by default the first. */
  readonly model?: string | undefined
}

/** The trained model of a checkpoint, built by `builder`; it is disposed of with the scope. */
export const restore = <C, O extends AnyObjective, E = never, R = never>(
  checkpoint: Checkpoint,
  path: string,
  builder: Builder<C, O, E, R>,
  selection: Selection = {}
): Effect.Effect<
  TrainedModel<C, O>,
  BackendError | IncompatibleCheckpoint | ModelMismatch | StateError | E,
  Backend | R | Scope.Scope
> =>
  Effect.gen(function* () {
    yield* Backend
    const { meta } = checkpoint
    const models = yield* acquireModels(
      builder.model,
      Random.make(meta.random_state.seed),
      builder.input
    )
    const { weights } = partsOf({ models })
    yield* checkArchitecture(checkpoint, path, weights)
    const state = (selection.weights === undefined ? meta.average : selection.weights) ?? undefined
    if (state !== undefined) yield* RestoreState.checkWeights(checkpoint, weights, state)
    yield* RestoreState.weights(checkpoint, weights, state)
    const model = yield* selected(models, selection.model)
    return {
      path,
      epoch: epochOfWeights(meta),
      config: builder.input.config,
      classes: meta.dataset.classes,
      labels: meta.dataset.labels ?? {},
      model,
      // Those of earlier releases do not say what their outputs mean, but the objective does.
      meta: { ...meta, outputs: meta.outputs ?? outputIdentities(builder.objective) },
      predict: predictor(model, builder.objective, inputsOf(meta.dataset))
    }
  })

const selected = (models: Models, name: string | undefined) => {
  const model = name === undefined ? Object.values(models)[0] : models[name]
  return model === undefined
    ? Effect.fail(
        new ModelMismatch({
          reason: "Builder",
          detail: t`there is no model ${name} in the checkpoint; it has ${Object.keys(models).join(", ")}`
        })
      )
    : Effect.succeed(model)
}

/**
 * The same, built from what the checkpoint itself says of the model. Custom layers must be registered, by
 * `tf.serialization.registerClass`; checkpoints of releases before 0.3 do not say it.
 *
 * Fails with `ModelMismatch`, reason `Unknown`, where the checkpoint does not suffice.
 */
export const restoreAlone = (checkpoint: Checkpoint, path: string, selection: Selection = {}) => {
  const { config, dataset, model_config, outputs = {} } = checkpoint.meta
  const input = {
    config,
    inputShape: dataset.input_shape,
    classes: dataset.classes,
    inputs: dataset.inputs ?? {},
    labels: dataset.labels ?? {}
  }
  if (model_config === undefined) {
    return unknown(
      t`${path} does not say how its model is built: it is of an earlier release, or has a layer that cannot say it`
    )
  }
  const models = Effect.tryPromise({
    try: async () => {
      const built: Record<string, tf.LayersModel> = {}
      for (const [name, one] of Object.entries(model_config)) built[name] = await modelOf(one)
      return built
    },
    catch: (error) => error
  }).pipe(
    Effect.catchAll((error) => {
      const [, layer] = /Unknown layer: ([^.]*)\./.exec(String(error)) ?? []
      return unknown(
        layer === undefined
          ? t`the model of ${path} cannot be built from what it says: ${error instanceof Error ? error.message : String(error)}`
          : t`the model of ${path} has the layer ${layer}, which TensorFlow.js does not have`
      )
    })
  )
  return restore(
    checkpoint,
    path,
    { model: () => models, objective: objectiveOf(outputs), input },
    selection
  )
}

const unknown = (detail: string): Effect.Effect<never, ModelMismatch> =>
  Effect.fail(new ModelMismatch({ reason: "Unknown", detail }))

/** An objective with the predictions of the one that a checkpoint names. */
const objectiveOf = (outputs: Readonly<Record<string, OutputIdentity>>): AnyObjective => {
  const single = outputs[""]
  if (single !== undefined) return predicting(single)
  const named = Object.entries(outputs).map(([name, one]) => [name, predicting(one)] as const)
  return named.length === 0 ? regression : { outputs: Object.fromEntries(named), lossWeights: {} }
}

const predicting = ({ activation, objective }: OutputIdentity): Objective => ({
  ...regression,
  name: objective,
  predict: (output) =>
    activation === "softmax"
      ? tf.softmax(output)
      : activation === "sigmoid"
        ? tf.sigmoid(output)
        : output
})
