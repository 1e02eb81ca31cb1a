import type { LayersModel, Variable } from "../tf.js"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import { Backend } from "../backends/Backend.js"
import { BackendError } from "../backends/BackendError.js"
import { penaltiesOf } from "../backends/tfjs/layers/Penalties.js"
import * as LayerStates from "../backends/tfjs/layers/LayerStates.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Dataset } from "../data/Dataset.js"
import {
  checkBuilt,
  checkInput,
  checkObjective,
  checkStateful,
  type FitError
} from "./Compatibility.js"
import { clearSeeds } from "./LayerSeeds.js"
import type { Objective } from "./Objective.js"
import type { OptimizerFactory } from "./Optimizer.js"
import * as Progress from "./Progress.js"
import * as Random from "./Random.js"
import type { Boundary, LastSave, Run, RunConfig } from "./Run.js"
import * as Saver from "./Saver.js"
import { writer } from "./Saving.js"
import type { Scheduler } from "./Scheduler.js"
import { ofModel, tensorOf } from "./Weights.js"

/** What a model is built from: the config, the shape of one input, and the classes' names. */
export interface ModelInput<out C> {
  readonly config: C
  readonly inputShape: ReadonlyArray<number>
  readonly classes: ReadonlyArray<string>
}

/** Builds a TensorFlow.js layers model with one input and one output. */
export type ModelBuilder<in C> = (input: ModelInput<C>) => LayersModel

/** What a run is made of. */
export interface RunParts<in C> {
  readonly model: ModelBuilder<C>
  readonly objective: Objective
  readonly optimizer: (training: TrainingConfig) => OptimizerFactory
  readonly scheduler: (training: TrainingConfig) => Scheduler
}

/** What a run is given from outside. */
export interface RunSetting<out C> {
  readonly id: string
  readonly config: C
  readonly dataset: Dataset
  readonly random: Random.Random
  readonly clear: Run["clear"]
  readonly store: Run["store"]
  readonly remade: Run["remade"]
  readonly best: Run["best"]
  readonly epochEnd: Run["epochEnd"]
}

/**
 * Builds the model and what trains it, before its first step. Every tensor is freed when the scope
 * closes. Fails if the backend cannot train one of the layers, or the classes do not fit the data.
 */
export const build = <C extends RunConfig>(
  parts: RunParts<C>,
  setting: RunSetting<C>
): Effect.Effect<Run, BackendError | FitError, Backend | Scope.Scope> =>
  Effect.gen(function* () {
    const backend = yield* Backend
    const { config, dataset, random } = setting
    const model = yield* acquireModel(parts.model, random, {
      config,
      inputShape: dataset.inputShape,
      classes: dataset.classes
    })
    yield* checkInput(model, dataset)
    yield* checkStateful(model, config.training.batch_size, dataset)
    yield* checkObjective(parts.objective, model, dataset, config)
    yield* backend.checkTrainable(model)
    const weights = ofModel(model)
    const trainable = new Map<string, Variable>(
      weights.filter((weight) => weight.trainable).map((weight) => [weight.name, tensorOf(weight)])
    )
    const optimizer = yield* Effect.acquireRelease(
      Effect.sync(() => parts.optimizer(config.training)(trainable)),
      (made) => Effect.sync(made.dispose)
    )
    const lastSave = yield* Ref.make<LastSave | null>(null)
    const run: Run = {
      ...setting,
      model,
      weights,
      penalties: penaltiesOf(model),
      statefulLayers: LayerStates.statefulLayers(model),
      optimizer,
      objective: parts.objective,
      scheduler: parts.scheduler(config.training),
      backend: backend.name,
      progress: yield* Ref.make(Progress.initial),
      nextStage: yield* Ref.make<string | null>(null),
      primary: yield* Ref.make<string | null>(null),
      boundary: yield* Ref.make<Boundary>(null),
      isFlushed: yield* Ref.make(false),
      saver: yield* Saver.make(writer(setting.store, lastSave)),
      newest: yield* Ref.make(0),
      orderedAt: yield* Ref.make(yield* Clock.currentTimeNanos),
      lastOrder: yield* Ref.make<Progress.Progress | null>(null),
      orderedIn: yield* Ref.make(0),
      lastSave,
      stateful: new Map(),
      unclaimed: new Map()
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => disposeStates(run)))
    return run
  })

/** Builds a model whose initial weights follow from the seed; it is disposed with the scope. */
export const acquireModel = <C>(
  builder: ModelBuilder<C>,
  random: Random.Random,
  input: ModelInput<C>
): Effect.Effect<LayersModel, BackendError | FitError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try(() =>
      Random.withMathRandom(Random.generator(random, "init"), () => builder(input))
    ).pipe(
      Effect.catchAll(({ error }) =>
        error instanceof BackendError ? Effect.fail(error) : Effect.die(error)
      ),
      Effect.tap(checkBuilt),
      Effect.tap((model) => Effect.sync(() => clearSeeds(model)))
    ),
    (model) =>
      Effect.sync(() => {
        LayerStates.dispose(model)
        model.dispose()
      })
  )

const disposeStates = (run: Run) => {
  for (const part of run.stateful.values()) part.dispose?.()
  for (const { tensors } of run.unclaimed.values()) {
    Object.values(tensors).forEach((tensor) => tensor.dispose())
  }
}
