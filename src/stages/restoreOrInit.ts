import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { Backend } from "../backends/Backend.js"
import type { InitializedFrom } from "../checkpointing/Checkpoint.js"
import { localFolder } from "../checkpointing/localFolder.js"
import { chooseStart, type Source, type Start } from "../checkpointing/resume/ChooseStart.js"
import { archiveOnce, pathOf } from "../checkpointing/resume/PrepareFolder.js"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import { epochEnd } from "../checkpointing/SelectCheckpoint.js"
import { CheckpointStore, type CheckpointWriter } from "../checkpointing/store/CheckpointStore.js"
import { whileLocking } from "../checkpointing/store/FileErrors.js"
import { isUrl } from "../checkpointing/store/UrlStorage.js"
import type { Sized } from "../data/Batch.js"
import { known, stepsFrom } from "../data/Order.js"
import type { ParentRun } from "../events/Event.js"
import { warn } from "../events/Notice.js"
import { emit } from "../events/Observer.js"
import * as FolderLock from "../io/FolderLock.js"
import { Lease } from "../io/folderLock/Holder.js"
import { t } from "../language/Text.js"
import * as InitFrom from "../models/InitFrom.js"
import * as Stage from "../Stage.js"
import { PipelineName } from "../stage/PipelineName.js"
import { startObservers } from "../tracking/StartObservers.js"
import { Abort } from "../training/Abort.js"
import { chooseByTrial } from "../training/BackendTrial.js"
import { acquireModels } from "../training/BuildModel.js"
import { buildFields, buildModels, buildRun, makeRun, type RunInput } from "../training/BuildRun.js"
import { nowhere } from "../training/Checkpointer.js"
import { announce, chooseBackend } from "../training/ChooseBackend.js"
import * as Compatibility from "../training/Compatibility.js"
import { configured, configuredByData, refused } from "../training/ConfiguredObjective.js"
import { modelInput } from "../training/DatasetIdentity.js"
import { giveUp, onExit } from "../training/Flush.js"
import * as LastActivation from "../training/LastActivation.js"
import { partsOf } from "../training/ModelParts.js"
import type { AnyObjective, BatchOf } from "../training/Objective.js"
import { Profiling } from "../training/Profiling.js"
import * as Random from "../training/Random.js"
import { configFor, limited, Rehearsal, type Build, type Facts } from "../training/Rehearsal.js"
import { check, report } from "../training/ResumeChecks.js"
import { TypeId, type Run, type RunConfig } from "../training/Run.js"
import type { RunParts } from "../training/RunParts.js"
import * as RunPlan from "../training/RunPlan.js"
import * as SmallShards from "../training/shards/SmallShards.js"
import { needsLength } from "../training/StreamChecks.js"
import * as TrainState from "../training/TrainState.js"
import { sizeOf } from "../training/Weights.js"
import type { Threads } from "../training/workers/Threads.js"
import * as Workers from "../training/workers/Workers.js"
import * as Inputs from "./Inputs.js"
import type { Prepared } from "./loadDataset.js"

/**
 * Acquires the run: resumes an earlier one, by `--resume`, `training.resume_from` or the user's
 * answer, or starts a new one and moves earlier checkpoints aside. A checkpoint that does not match is
 * refused before the folder is changed.
 *
 * When the pipeline is interrupted or fails, a checkpoint is saved; then every tensor is freed.
 */
export const restoreOrInit = <
  C extends RunConfig,
  E = never,
  R = never,
  O extends AnyObjective = AnyObjective
>(
  parts: RunParts<C, E, R, O>
) => {
  // By the config, which each run of the pipeline reads for itself.
  const prepared = new WeakMap<object, Ready>()
  const objectiveOf = ({ training }: RunConfig) => configured(parts.objective, training)
  return Stage.make("restoreOrInit", {
    description: t`resume an earlier run, or start a new one`,
    takes: Inputs.prepared,
    gives: Stage.takesRun.what,
    builds: parts,
    plan: (config) =>
      Inputs.hasTraining(config)
        ? RunPlan.make(
            config.training,
            // What is wrong with it, `check` says.
            Either.getOrElse(objectiveOf(config), () => parts.objective),
            parts.scheduler(config.training)
          )
        : null,
    check: (plan) => Effect.asVoid(objectiveOf(plan)),
    prepare: (config) =>
      Inputs.hasTraining(config)
        ? Effect.map(rehearsed(parts, config as C), (ready) => void prepared.set(config, ready))
        : Effect.void,
    run: (input: Prepared<C, BatchOf<O>>) =>
      Effect.gen(function* () {
        const rehearsal = yield* Rehearsal
        const config = configFor(rehearsal, input.config)
        const { folder, initializer, needsTrial, start, workers } =
          prepared.get(input.config) ?? (yield* rehearsed(parts, input.config))
        rehearsal?.onFacts(factsOf(input))
        if (needsTrial && rehearsal !== null) yield* announce
        const seen =
          rehearsal === null || rehearsal.batches === null
            ? input.dataset
            : limited(input.dataset, rehearsal.batches, config.training.batch_size)
        const profiling = yield* Profiling
        const dataset = profiling === null ? seen : profiling.dataset(seen)
        if (rehearsal !== null && rehearsal.instead !== null) {
          return yield* rehearsal.instead(
            builder(parts, { config, dataset }, initializer, yield* Effect.context<R>())
          ) as Effect.Effect<never>
        }
        const objective = yield* objectiveFor(parts, { config, dataset })
        const all = { ...parts, objective }
        const { from } = start
        if (needsTrial && rehearsal === null) yield* chooseByTrial(all, input)
        const random = Random.make(from?.checkpoint.meta.random_state.seed ?? config.training.seed)
        const initialized = yield* Ref.make<InitFrom.Initialized | null>(null)
        const models = yield* buildModels(all, { config, dataset }, random, (built) =>
          Effect.gen(function* () {
            InitFrom.freezeNamed(built, from?.checkpoint.meta.initialized_from?.frozen ?? [])
            if (initializer === null) return
            yield* Ref.set(initialized, yield* InitFrom.initialize(built, initializer))
          })
        )
        const loaded = yield* Ref.get(initialized)
        if (loaded !== null) yield* emit(InitFrom.event(loaded))
        for (const message of LastActivation.warnings(Object.values(models)[0]!, objective)) {
          yield* warn("Model", message)
        }
        const smallShards = SmallShards.warning(models, config.training)
        if (smallShards !== null) yield* warn("Model", smallShards)
        const isSameData = from === null || (yield* check(from, models, dataset))
        const { continues, isUnchanged, state } =
          from === null
            ? TrainState.begun(config, loaded?.from)
            : TrainState.resumed(from.checkpoint, config, isSameData)
        const built = yield* buildFields(all, { config, dataset }, models, state)
        if (from !== null) yield* report(from, built, { continues, isSameData })
        if (loaded !== null) yield* InitFrom.loadOptimizer(built.fields.optimizer, models, loaded)
        if (profiling !== null) yield* profiling.attach(built.fields)

        const archive = yield* archiveOnce(folder, start)
        // What the folder holds of this run is moved only when the run really changes it.
        if (from === null || from.isElsewhere) yield* archive
        const path = yield* pathOf(folder, start)
        const lastDurable = path !== null && isUnchanged ? { path, progress: built.progress } : null
        const { best, remade, save } = folder
        const store = { save, remade, best, epochEnd: epochEnd(folder, state.id), archive }
        const run = yield* makeRun(built, state, store, lastDurable)
        if (rehearsal === null) yield* startObservers(run)
        if (rehearsal === null && workers !== null) yield* Workers.attach(workers, run)
        yield* Effect.addFinalizer((exit) => onExit(run[TypeId], exit))
        yield* Effect.forkScoped(endWithFolder(run, folder))
        const { epoch, step } = state.progress
        yield* emit({
          _tag: "RunStarted",
          id: state.id,
          folder: localFolder(folder.path),
          pipeline: yield* PipelineName,
          backend: run.backend,
          config: Object.fromEntries(Object.entries(config)),
          global_step: state.progress.globalStep,
          history: state.progress.history,
          parent: parentOf(from, loaded?.file.info, state.initializedFrom),
          epochs: config.training.num_epochs,
          steps_per_epoch: known(stepsFrom(0, dataset.train.size, config.training)),
          parameters: sizeOf(partsOf(run).weights),
          from: from === null ? null : { ...sourceOf(from), epoch, step }
        })
        return run
      })
  })
}

/** The folder of a run, open, and where the run starts. */
interface Ready {
  readonly folder: CheckpointWriter
  readonly start: Start
  /** Whether a trial of the network is to choose the backend, once there is data. */
  readonly needsTrial: boolean
  /** The file that a new run starts with; null: none. */
  readonly initializer: InitFrom.Initializer | null
  /** The threads that compute steps, which start while the data is loaded; null: none. */
  readonly workers: Threads | null
}

/**
 * What needs no data: opens the folder, finds where to start, asking if need be, chooses the backend, and
 * checks that the model that the config describes is that of the checkpoint.
 */
const prepare = Effect.fn("restoreOrInit.prepare")(function* <C extends RunConfig, E, R>(
  parts: RunParts<C, E, R>,
  config: C
) {
  const store = yield* CheckpointStore
  const { force } = yield* Resumption
  const { checkpoint_dir, checkpoint_mirror, mirror_timeout, on_divergence } = config.training
  const { keep_best, keep_best_by, keep_every, keep_last } = config.training
  const timeout = config.training.lock_timeout * 1000
  const isReal = (yield* Rehearsal) === null
  const message = parts.scheduler(config.training).warning
  if (message !== null) yield* warn("Schedule", message)
  const lease = { every: timeout / 6, timeout }
  const folder = yield* Effect.provideService(
    store.open(checkpoint_dir, {
      retention: {
        keep_best,
        keep_every,
        keep_last,
        keep_epoch_end: on_divergence.name === "restore",
        best_by: keep_best_by
      },
      mirror:
        isReal && checkpoint_mirror !== null
          ? { folder: checkpoint_mirror, patience: mirror_timeout }
          : null,
      force
    }),
    Lease,
    lease
  )
  if (isReal && isUrl(checkpoint_dir)) {
    // The folder of its log: by its lock, pages and commands of this machine see that the run trains. The
    // bucket's lock says that whoever had it is gone.
    const local = localFolder(checkpoint_dir)
    yield* FolderLock.acquire(local, { force: true }).pipe(
      Effect.provideService(Lease, lease),
      Effect.mapError(whileLocking(local))
    )
  }
  const start = yield* chooseStart(config.training, folder)
  const needsTrial = yield* chooseBackend(config, start.from?.checkpoint.meta.backend ?? null)
  if (start.from !== null) yield* checkModel(parts, config, start.from)
  // Before any data is loaded, and only by a run that starts.
  const initializer = start.from === null ? yield* InitFrom.read(config.training.init_from) : null
  const workers = isReal ? yield* Workers.start(config.training) : null
  const ready: Ready = { folder, start, needsTrial, initializer, workers }
  return ready
})

/** The same, in the store of the rehearsal where there is one. */
const rehearsed = <C extends RunConfig, E, R>(parts: RunParts<C, E, R>, config: C) =>
  Effect.gen(function* () {
    const rehearsal = yield* Rehearsal
    const ready = prepare(parts, configFor(rehearsal, config))
    if (rehearsal === null) return yield* ready
    const inStore = Effect.provideService(ready, CheckpointStore, rehearsal.store)
    const resumption = yield* Resumption
    return yield* rehearsal.fromScratch
      ? Effect.provideService(inStore, Resumption, {
          ...resumption,
          flag: Option.some("never" as const)
        })
      : inStore
  })

/** Builds runs that save nothing. */
const builder =
  <C extends RunConfig, B extends Sized, E, R>(
    parts: RunParts<C, E, R>,
    { config, dataset }: RunInput<C, B>,
    initializer: InitFrom.Initializer | null,
    services: Context.Context<R>
  ): Build =>
  (change = {}) => {
    const changed = { ...config, training: { ...config.training, ...change } }
    return Effect.gen(function* () {
      const objective = yield* objectiveFor(parts, { config: changed, dataset })
      const { state } = TrainState.begun(changed)
      const input = { config: changed, dataset }
      return yield* buildRun({ ...parts, objective }, input, state, nowhere, (models) =>
        initializer === null ? Effect.void : InitFrom.initialize(models, initializer)
      )
    }).pipe(Effect.provide(services)) as ReturnType<Build>
  }

/** The objective as the config and the data have it. */
const objectiveFor = <C extends RunConfig, B extends Sized, E, R>(
  { objective, scheduler }: RunParts<C, E, R>,
  { config: { training }, dataset }: RunInput<C, B>
) =>
  Effect.gen(function* () {
    const known = yield* configured(objective, training)
    const wrong = needsLength(training, dataset, scheduler(training))
    if (wrong !== null) return yield* refused(wrong.field, wrong.value, wrong.detail)
    return yield* configuredByData(known, training, dataset)
  })

const factsOf = ({ config: { training }, dataset }: Prepared<RunConfig>): Facts => ({
  training,
  sizes: {
    train: dataset.train.size,
    validation: dataset.validation.size,
    test: dataset.test.size
  }
})

/** Fails unless the checkpoint fits the model that the config describes for data like its own. */
const checkModel = <C extends RunConfig, E, R>(
  parts: RunParts<C, E, R>,
  config: C,
  { checkpoint, path }: Source
) =>
  Effect.gen(function* () {
    yield* Backend
    const { dataset, random_state } = checkpoint.meta
    const models = yield* acquireModels(
      parts.model,
      Random.make(random_state.seed),
      modelInput(config, dataset)
    )
    yield* Compatibility.checkArchitecture(checkpoint, path, partsOf({ models }).weights)
  }).pipe(Effect.scoped)

/** What the run was begun from, where that is not in its folder. */
const parentOf = (
  from: Source | null,
  info: Readonly<Record<string, unknown>> | undefined,
  initializedFrom: InitializedFrom | null
): ParentRun | null => {
  if (from?.isElsewhere === true) {
    const { epoch, run_id, step } = from.checkpoint.meta
    return { id: run_id, path: from.path, epoch, step }
  }
  if (initializedFrom === null) return null
  const id = info?.["run_id"]
  const { path } = initializedFrom
  return { id: typeof id === "string" ? id : null, path, epoch: null, step: null }
}

const sourceOf = ({ path, reason }: Source) => (reason === undefined ? { path } : { path, reason })

/** Ends the run at once when another process has its folder: nothing of it can be saved any more. */
const endWithFolder = Effect.fnUntraced(function* (run: Run, folder: CheckpointWriter) {
  const abort = yield* Abort
  const error = yield* folder.lost
  yield* giveUp(run[TypeId])
  yield* abort.with(error)
})
