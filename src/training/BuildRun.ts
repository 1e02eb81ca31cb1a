import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Backend } from "../backends/Backend.js"
import { BackendError } from "../backends/BackendError.js"
import * as Determinism from "../backends/Determinism.js"
import type { Sized } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import { t } from "../language/Text.js"
import * as Average from "./Average.js"
import * as WeightAverage from "./average/WeightAverage.js"
import { acquireModels } from "./BuildModel.js"
import * as Checkpointer from "./Checkpointer.js"
import { trainedBy } from "./BoundPhase.js"
import { checkGroups, checkModel, checkPhases } from "./CheckModel.js"
import { checkStateful } from "./Compatibility.js"
import { identityOf, modelInput } from "./DatasetIdentity.js"
import { accumulatorsOf } from "./Heads.js"
import * as MetricStates from "./metric/MetricStates.js"
import type { ModelMismatch } from "./ModelMismatch.js"
import type { Optimizer } from "./Optimizer.js"
import { settingsOf } from "./optimizer/ParameterGroups.js"
import { freeze, partsOf } from "./ModelParts.js"
import type { Progress } from "./Progress.js"
import type * as Random from "./Random.js"
import * as RestoreState from "./RestoreState.js"
import { TypeId, type Run } from "./Run.js"
import type { Models, RunConfig, RunFields } from "./RunFields.js"
import type { RunParts } from "./RunParts.js"
import { disposeStateDict, type StateDict, type StateError } from "./Stateful.js"
import type { TrainState } from "./TrainState.js"
import { tensorOf } from "./Weights.js"

/** What a run gets from the stages before it. */
export interface RunInput<out C, out B extends Sized = Sized> {
  readonly config: C
  readonly dataset: AnyDataset<B>
}

/**
 * Builds the models. Fails if the backend cannot train one of the layers, or if model, objective and
 * data do not match. `initialize` may give them other weights, and freeze some.
 */
export const buildModels = <C extends RunConfig, E = never, R = never, E2 = never, R2 = never>(
  parts: RunParts<C, E, R>,
  { config, dataset }: RunInput<C>,
  random: Random.Random,
  initialize: (models: Models) => Effect.Effect<unknown, E2, R2> = () => Effect.void
): Effect.Effect<Models, BackendError | ModelMismatch | E | E2, Backend | R | R2 | Scope.Scope> =>
  Effect.gen(function* () {
    const backend = yield* Backend
    yield* checkDeterminism(backend.name)
    const input = modelInput(config, identityOf(dataset))
    const models = yield* acquireModels(parts.model, random, input)
    yield* initialize(models)
    const { parameter_groups: groups = [] } = config.training
    if (groups.length > 0) {
      freeze(models, (name) => settingsOf(groups, name).frozen === true)
      yield* checkGroups(groups, models)
    }
    const [model, ...others] = Object.values(models)
    // How several models use the data is up to their losses.
    if (others.length === 0) yield* checkModel(model!, parts.objective, dataset, config)
    yield* checkPhases(parts.objective, models)
    for (const one of Object.values(models)) {
      yield* checkStateful(one, config.training, dataset)
      yield* backend.checkTrainable(one)
    }
    return models
  })

/** Fails where the run must be deterministic and the backend does not promise it. */
const checkDeterminism = Effect.fnUntraced(function* (backendName: string) {
  const required = yield* Determinism.DeterminismRequired
  const holds = Determinism.of(backendName)?.holds ?? "Nowhere"
  if (!required || holds !== "Nowhere") return
  return yield* new BackendError({
    reason: "Unavailable",
    subject: backendName,
    detail: t`it is not deterministic; choose wasm, tensorflow or cpu, or leave out --deterministic`
  })
})

/** The fields of a run, its parts in the states of the `TrainState` that it was built from. */
export interface BuiltFields<out C extends RunConfig, out B extends Sized = Sized> {
  readonly fields: RunFields<C, B>
  /** Where the run is, with the states of its metrics. */
  readonly progress: Progress
  /** States whose owners register later, by name. */
  readonly pendingStates: Map<string, StateDict>
  /** What starts without the state that a resumed run would have: layers, optimizers, metrics. */
  readonly notRestored: {
    readonly layers: ReadonlyArray<string>
    readonly optimizers: ReadonlyArray<string>
    readonly metrics: ReadonlyArray<string>
  }
}

/** Builds what trains the models, and loads the states of the checkpoint into all of it. */
export const buildFields = <C extends RunConfig, B extends Sized>(
  parts: Omit<RunParts<C>, "model">,
  { config, dataset }: RunInput<C, B>,
  models: Models,
  { checkpoint, id, initializedFrom, progress, random }: TrainState
): Effect.Effect<BuiltFields<C, B>, StateError, Backend | Scope.Scope> =>
  Effect.gen(function* () {
    const { name: backend } = yield* Backend
    const optimizers: Record<string, Optimizer> = {}
    for (const { name, optimizer, trained } of optimized(parts, models)) {
      const variables = new Map(trained.map((weight) => [weight.name, tensorOf(weight)]))
      optimizers[name] = yield* Effect.acquireRelease(
        Effect.sync(() => optimizer(config.training)(variables)),
        (made) => Effect.sync(made.dispose)
      )
    }
    const scheduler = parts.scheduler(config.training)
    const { weights } = partsOf({ models })
    const averages = (parts.averages ?? Average.fromConfig)(config.training)
    const without =
      checkpoint === null
        ? { layers: [], optimizers: [] }
        : yield* RestoreState.parts(checkpoint, { ...partsOf({ models }), optimizers, scheduler })
    const { lost, position } = MetricStates.decode(
      accumulatorsOf(parts.objective),
      progress.position
    )
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
        optimizer: firstOf(optimizers),
        optimizers,
        scheduler,
        averages: averages.map((average) => WeightAverage.make(average, weights)),
        random,
        initializedFrom,
        backend,
        determinism: Determinism.record(backend, checkpoint?.meta ?? null)
      },
      progress: { ...progress, position },
      pendingStates,
      notRestored: { ...without, metrics: lost }
    }
  })

const firstOf = <A>(all: Readonly<Record<string, A>>): A => Object.values(all)[0]!

/** The optimizers of a run by name, how each is made, and the weights that it updates. */
const optimized = (
  { objective, optimizer }: Pick<RunParts<never>, "objective" | "optimizer">,
  models: Models
) =>
  "phases" in objective
    ? objective.phases.map((phase) => ({
        name: phase.name,
        optimizer: phase.optimizer ?? optimizer,
        trained: trainedBy(phase, models)
      }))
    : [{ name: "optimizer", optimizer, trained: trainedBy({ trains: () => true }, models) }]

/** Makes the run, which from now on can be saved. */
export const makeRun = <C extends RunConfig, B extends Sized>(
  { fields, pendingStates, progress }: BuiltFields<C, B>,
  { lastSavedAt }: Pick<TrainState, "lastSavedAt">,
  store: Checkpointer.RunStore,
  lastDurable: Checkpointer.DurableCheckpoint | null
): Effect.Effect<Run<C, B>, StateError, Scope.Scope> =>
  Effect.gen(function* () {
    const options = { run: fields, store, progress, lastDurable, lastSavedAt, pendingStates }
    const checkpointer = yield* Checkpointer.make(options)
    for (const average of fields.averages) {
      yield* Checkpointer.register(checkpointer, average.name, average)
    }
    return { ...fields, [TypeId]: checkpointer }
  })

/**
 * Builds a run from a state, the initial one or a checkpoint's. Every tensor is freed when the scope
 * closes.
 */
export const buildRun = <
  C extends RunConfig,
  B extends Sized,
  E = never,
  R = never,
  E2 = never,
  R2 = never
>(
  parts: RunParts<C, E, R>,
  input: RunInput<C, B>,
  state: TrainState,
  store: Checkpointer.RunStore,
  initialize?: (models: Models) => Effect.Effect<unknown, E2, R2>
): Effect.Effect<
  Run<C, B>,
  BackendError | ModelMismatch | StateError | E | E2,
  Backend | R | R2 | Scope.Scope
> =>
  Effect.gen(function* () {
    const models = yield* buildModels(parts, input, state.random, initialize)
    return yield* makeRun(yield* buildFields(parts, input, models, state), state, store, null)
  })
