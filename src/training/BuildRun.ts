import type { LayersModel, Variable } from "../tf.js"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Backend } from "../backends/Backend.js"
import type { BackendError } from "../backends/BackendError.js"
import type { Dataset } from "../data/Dataset.js"
import { acquireModels } from "./BuildModel.js"
import * as Checkpointer from "./Checkpointer.js"
import { checkInput, checkObjective, checkStateful } from "./Compatibility.js"
import type { ModelMismatch } from "./ModelMismatch.js"
import { partsOf } from "./ModelParts.js"
import type * as Random from "./Random.js"
import * as RestoreState from "./RestoreState.js"
import { TypeId, type Run } from "./Run.js"
import type { Models, RunConfig, RunFields } from "./RunFields.js"
import type { RunParts } from "./RunParts.js"
import { disposeStateDict, type StateDict, type StateError } from "./Stateful.js"
import type { TrainState } from "./TrainState.js"
import { tensorOf } from "./Weights.js"

/** What a run gets from the stages before it. */
export interface RunInput<out C> {
  readonly config: C
  readonly dataset: Dataset
}

/**
 * Builds the models. Fails if the backend cannot train one of the layers, or if model, objective and
 * data do not match.
 */
export const buildModels = <C extends RunConfig, E = never, R = never>(
  parts: RunParts<C, E, R>,
  { config, dataset }: RunInput<C>,
  random: Random.Random
): Effect.Effect<Models, BackendError | ModelMismatch | E, Backend | R | Scope.Scope> =>
  Effect.gen(function* () {
    const backend = yield* Backend
    const models = yield* acquireModels(parts.model, random, {
      config,
      inputShape: dataset.inputShape,
      classes: dataset.classes
    })
    const [model, ...others] = Object.values(models)
    // How several models use the data is up to their losses.
    if (others.length === 0) {
      yield* checkInput(model!, dataset)
      yield* checkObjective(parts.objective, model!, dataset, config)
    }
    for (const one of Object.values(models)) {
      yield* checkStateful(one, config.training.batch_size, dataset)
      yield* backend.checkTrainable(one)
    }
    return models
  })

/** The fields of a run, its parts in the states of the `TrainState` that it was built from. */
export interface BuiltFields<out C extends RunConfig> {
  readonly fields: RunFields<C>
  /** States whose owners register later, by name. */
  readonly pendingStates: Map<string, StateDict>
  /** What starts without the state that a resumed run would have: stateful layers, optimizers. */
  readonly notRestored: {
    readonly layers: ReadonlyArray<string>
    readonly optimizers: ReadonlyArray<string>
  }
}

/** Builds what trains the models, and loads the states of the checkpoint into all of it. */
export const buildFields = <C extends RunConfig>(
  parts: Omit<RunParts<C>, "model">,
  { config, dataset }: RunInput<C>,
  models: Models,
  { checkpoint, id, random }: TrainState
): Effect.Effect<BuiltFields<C>, StateError, Backend | Scope.Scope> =>
  Effect.gen(function* () {
    const { name: backend } = yield* Backend
    const { statefulLayers, weights } = partsOf({ models })
    if (checkpoint !== null) yield* RestoreState.weights(checkpoint, weights)
    const layers =
      checkpoint === null ? [] : yield* RestoreState.layerStates(checkpoint, statefulLayers)
    const trainable = new Map<string, Variable>(
      weights.filter((weight) => weight.trainable).map((weight) => [weight.name, tensorOf(weight)])
    )
    const optimizer = yield* Effect.acquireRelease(
      Effect.sync(() => parts.optimizer(config.training)(trainable)),
      (made) => Effect.sync(made.dispose)
    )
    const optimizers = { optimizer }
    const scheduler = parts.scheduler(config.training)
    const without =
      checkpoint === null ? [] : yield* RestoreState.optimizers(checkpoint, optimizers)
    if (checkpoint !== null) yield* RestoreState.scheduler(checkpoint, scheduler)
    const pendingStates = yield* Effect.acquireRelease(
      checkpoint === null
        ? Effect.sync(() => new Map<string, StateDict>())
        : RestoreState.stageStates(checkpoint),
      (pending) => Effect.sync(() => pending.forEach(disposeStateDict))
    )
    return {
      fields: {
        id,
        config,
        dataset,
        model: firstOf(models),
        models,
        objective: parts.objective,
        optimizer,
        optimizers,
        scheduler,
        random,
        backend
      },
      pendingStates,
      notRestored: { layers, optimizers: without }
    }
  })

const firstOf = (models: Models): LayersModel => Object.values(models)[0]!

/** Makes the run, which from now on can be saved. */
export const makeRun = <C extends RunConfig>(
  { fields, pendingStates }: BuiltFields<C>,
  { lastSavedAt, progress }: TrainState,
  store: Checkpointer.RunStore,
  lastDurable: Checkpointer.DurableCheckpoint | null
): Effect.Effect<Run<C>, never, Scope.Scope> =>
  Effect.map(
    Checkpointer.make({ run: fields, store, progress, lastDurable, lastSavedAt, pendingStates }),
    (checkpointer) => ({ ...fields, [TypeId]: checkpointer })
  )

/**
 * Builds a run from a state, the initial one or a checkpoint's. Every tensor is freed when the scope
 * closes.
 */
export const buildRun = <C extends RunConfig, E = never, R = never>(
  parts: RunParts<C, E, R>,
  input: RunInput<C>,
  state: TrainState,
  store: Checkpointer.RunStore
): Effect.Effect<
  Run<C>,
  BackendError | ModelMismatch | StateError | E,
  Backend | R | Scope.Scope
> =>
  Effect.gen(function* () {
    const models = yield* buildModels(parts, input, state.random)
    return yield* makeRun(yield* buildFields(parts, input, models, state), state, store, null)
  })
