import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { Backend } from "../backends/Backend.js"
import { epochEnd } from "../checkpointing/SelectCheckpoint.js"
import { CheckpointStore, type CheckpointWriter } from "../checkpointing/store/CheckpointStore.js"
import { chooseStart, type Source, type Start } from "../checkpointing/resume/ChooseStart.js"
import * as ImportCheckpoint from "../checkpointing/resume/ImportCheckpoint.js"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import { differences } from "../config/Compare.js"
import type { AnyDataset } from "../data/Dataset.js"
import { warn } from "../events/Notice.js"
import { emit } from "../events/Observer.js"
import { stored, t } from "../language/Text.js"
import * as Stage from "../Stage.js"
import { Abort } from "../training/Abort.js"
import { acquireModels } from "../training/BuildModel.js"
import { buildFields, buildModels, makeRun, type BuiltFields } from "../training/BuildRun.js"
import * as Compatibility from "../training/Compatibility.js"
import { giveUp, onExit } from "../training/Flush.js"
import { modelInput } from "../training/DatasetIdentity.js"
import * as LastActivation from "../training/LastActivation.js"
import { partsOf } from "../training/ModelParts.js"
import type { AnyObjective, BatchOf } from "../training/Objective.js"
import * as Random from "../training/Random.js"
import { TypeId, type Run, type RunConfig } from "../training/Run.js"
import type { Models } from "../training/RunFields.js"
import type { RunParts } from "../training/RunParts.js"
import * as RunPlan from "../training/RunPlan.js"
import * as TrainState from "../training/TrainState.js"
import { tensorOf } from "../training/Weights.js"
import * as Inputs from "./Inputs.js"
import type { Prepared } from "./loadDataset.js"

/**
 * Acquires the run: goes on from an earlier one, by `--resume`, `training.resume_from` or the
 * user's answer, or begins a new one and moves earlier checkpoints aside. Whatever does not fit is
 * refused before anything is touched.
 *
 * When the pipeline is interrupted or fails, a checkpoint is flushed; then every tensor is freed.
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
  return Stage.make("restoreOrInit", {
    description: t`resume an earlier run, or start a new one`,
    takes: Inputs.prepared,
    gives: Stage.takesRun.what,
    plan: (config) =>
      Inputs.hasTraining(config)
        ? RunPlan.make(config.training, parts.objective, parts.scheduler(config.training))
        : null,
    prepare: (config) =>
      Inputs.hasTraining(config)
        ? Effect.map(prepare(parts, config as C), (ready) => void prepared.set(config, ready))
        : Effect.void,
    run: (input: Prepared<C, BatchOf<O>>) =>
      Effect.gen(function* () {
        const { config, dataset } = input
        const { folder, start } = prepared.get(config) ?? (yield* prepare(parts, config))
        const { from } = start
        const random = Random.make(from?.checkpoint.meta.random_state.seed ?? config.training.seed)
        const models = yield* buildModels(parts, input, random)
        for (const message of LastActivation.warnings(Object.values(models)[0]!, parts.objective)) {
          yield* warn("Model", message)
        }
        const isSameData = from === null || (yield* check(from, models, dataset))
        const { continues, isUnchanged, state } =
          from === null
            ? TrainState.begun(config)
            : TrainState.resumed(from.checkpoint, config, isSameData)
        const built = yield* buildFields(parts, input, models, state)
        if (from !== null) yield* report(from, built, { continues, isSameData })

        const archive = yield* archiveOnce(folder, start)
        // What the folder holds of this run is moved only when the run really changes it.
        if (from === null || from.isElsewhere) yield* archive
        const path = from === null ? null : yield* pathIn(folder, from)
        const lastDurable = path !== null && isUnchanged ? { path, progress: built.progress } : null
        const { best, remade, save } = folder
        const store = { save, remade, best, epochEnd: epochEnd(folder, state.id), archive }
        const run = yield* makeRun(built, state, store, lastDurable)
        yield* Effect.addFinalizer((exit) => onExit(run[TypeId], exit))
        yield* Effect.forkScoped(endWithFolder(run, folder))
        const { epoch, step } = state.progress
        yield* emit({
          _tag: "RunStarted",
          epochs: config.training.num_epochs,
          stepsPerEpoch: Math.ceil(dataset.train.size / config.training.batch_size),
          parameters: partsOf(run).weights.reduce((sum, one) => sum + tensorOf(one).size, 0),
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
}

/**
 * What needs no data: opens the folder, finds where to start, asking if need be, and checks that the
 * model that the config describes is that of the checkpoint.
 */
const prepare = Effect.fn("restoreOrInit.prepare")(function* <C extends RunConfig, E, R>(
  parts: RunParts<C, E, R>,
  config: C
) {
  const store = yield* CheckpointStore
  const { force } = yield* Resumption
  const { checkpoint_dir, keep_best, keep_best_by, keep_every, keep_last, on_divergence } =
    config.training
  const message = parts.scheduler(config.training).warning
  if (message !== null) yield* warn("Schedule", message)
  const folder = yield* store.open(checkpoint_dir, {
    retention: {
      keep_best,
      keep_every,
      keep_last,
      keep_epoch_end: on_divergence.name === "restore",
      best_by: keep_best_by
    },
    force
  })
  const start = yield* chooseStart(config.training, folder)
  if (start.from !== null) yield* checkModel(parts, config, start.from)
  const ready: Ready = { folder, start }
  return ready
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

const sourceOf = ({ path, reason }: Source) => (reason === undefined ? { path } : { path, reason })

/** Ends the run at once when another process has its folder: nothing of it can be saved any more. */
const endWithFolder = Effect.fnUntraced(function* (run: Run, folder: CheckpointWriter) {
  const abort = yield* Abort
  const error = yield* folder.lost
  yield* giveUp(run[TypeId])
  yield* abort.with(error)
})

/** The path under which the folder keeps the checkpoint that the run resumes from. */
const pathIn = (folder: CheckpointWriter, { checkpoint, isElsewhere, path }: Source) =>
  isElsewhere ? ImportCheckpoint.importCheckpoint(folder, path, checkpoint) : Effect.succeed(path)

/**
 * Moves aside, once, what is not part of the run that resumes: the checkpoints of other runs, and
 * those that are later than where it resumes.
 */
const archiveOnce = (folder: CheckpointWriter, { archive, from, stays }: Start) =>
  Effect.gen(function* () {
    const isDone = yield* Ref.make(!archive)
    return Effect.gen(function* () {
      if (yield* Ref.get(isDone)) return
      const path = yield* folder.archive(stays)
      yield* Ref.set(isDone, true)
      const { epoch = 0, step = 0 } = from?.checkpoint.meta ?? {}
      yield* emit({
        _tag: "EarlierRunArchived",
        path,
        ...(from !== null && !from.isElsewhere && { after: { epoch, step } })
      })
    })
  })

/** Fails unless the checkpoint matches models and data; whether the data is the same. */
const check = Effect.fn("restoreOrInit.check")(function* (
  { checkpoint, path }: Source,
  models: Models,
  dataset: AnyDataset
) {
  const { allowDatasetChange } = yield* Resumption
  yield* Compatibility.checkClassCount(checkpoint, path, dataset)
  yield* Compatibility.checkArchitecture(checkpoint, path, partsOf({ models }).weights)
  return yield* Compatibility.checkDataset(checkpoint, path, dataset).pipe(
    Effect.as(true),
    Effect.catchAll((error) => (allowDatasetChange ? Effect.succeed(false) : Effect.fail(error)))
  )
})

/** Reports what has changed since the checkpoint, and what the run starts without. */
const report = Effect.fn("restoreOrInit.report")(function* (
  { checkpoint: { meta } }: Source,
  { fields, notRestored }: BuiltFields<RunConfig>,
  { continues, isSameData }: { readonly continues: boolean; readonly isSameData: boolean }
) {
  const changes = differences(meta.config, fields.config)
  if (changes.length > 0) yield* emit({ _tag: "ConfigChanged", changes })
  const { layers, metrics, optimizers } = notRestored
  if (!isSameData) {
    yield* warn(
      "DataChanged",
      t`the data has changed: the current epoch starts again, and the run is no longer exact`
    )
  }
  for (const name of optimizers) {
    yield* warn(
      "OptimizerChanged",
      t`the checkpoint holds the state of another optimizer: ${name} starts without one`
    )
  }
  if (layers.length > 0) {
    yield* warn(
      "StateLost",
      t`the checkpoint holds no states that fit the stateful layer ${layers.join(", ")}: it starts with zeros, and the run is no longer exact`
    )
  }
  if (metrics.length > 0) {
    yield* warn(
      "StateLost",
      t`the checkpoint holds other states of the metrics ${metrics.join(", ")}: in this epoch they measure only what follows`
    )
  }
  if (continues) {
    yield* warn(
      "Unstopped",
      t`the run had been stopped (${stored(meta.stopped ?? "")}); it resumes to the new training.num_epochs`
    )
  }
  if (meta.backend !== fields.backend) {
    yield* warn(
      "BackendChanged",
      t`the checkpoint is from the backend ${meta.backend}, this is ${fields.backend}: the run is no longer exact to the bit`
    )
  }
})
