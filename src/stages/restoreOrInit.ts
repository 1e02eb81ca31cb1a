import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { Backend } from "../backends/Backend.js"
import { epochEnd } from "../checkpointing/SelectCheckpoint.js"
import { CheckpointStore, type CheckpointWriter } from "../checkpointing/store/CheckpointStore.js"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import * as ImportCheckpoint from "../checkpointing/resume/ImportCheckpoint.js"
import { differences } from "../config/Compare.js"
import { stored, t } from "../language/Text.js"
import { emit } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import { Abort } from "../training/Abort.js"
import * as Compatibility from "../training/Compatibility.js"
import * as RunPlan from "../training/RunPlan.js"
import * as LastActivation from "../training/LastActivation.js"
import * as Progress from "../training/Progress.js"
import * as Random from "../training/Random.js"
import * as Restore from "../training/Restore.js"
import { position, type Run, type RunConfig } from "../training/Run.js"
import { acquireModel, build, type RunParts } from "../training/RunParts.js"
import * as Scheduler from "../training/Scheduler.js"
import { onExit } from "../training/Saving.js"
import { ofModel, tensorOf } from "../training/Weights.js"
import * as Inputs from "./Inputs.js"
import { chooseStart, type Start } from "../checkpointing/resume/ChooseStart.js"
import type { Prepared } from "./loadDataset.js"

/**
 * Acquires the run: goes on from an earlier one, by `--resume`, `training.resume_from` or the
 * user's answer, or begins a new one and moves earlier checkpoints aside. Whatever does not fit is
 * refused before anything is touched.
 *
 * When the pipeline is interrupted or fails, a checkpoint is flushed; then every tensor is freed.
 */
export const restoreOrInit = <C extends RunConfig>(parts: RunParts<C>) => {
  // By the config, which each run of the pipeline reads for itself.
  const prepared = new WeakMap<object, Ready>()
  return Stage.make("restoreOrInit", {
    description: t`go on from an earlier run, or begin a new one`,
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
    run: ({ config, dataset }: Prepared<C>) =>
      Effect.gen(function* () {
        const { folder, start } = prepared.get(config) ?? (yield* prepare(parts, config))
        const clear = yield* clearing(folder, start)
        const earlier = start.from?.checkpoint
        const id = earlier?.meta.run_id ?? randomUUID()
        const run = yield* build(parts, {
          id,
          config,
          dataset,
          random: earlier
            ? Random.make(earlier.meta.random_state.seed)
            : Random.make(config.training.seed),
          clear,
          store: folder.save,
          remade: folder.remade,
          best: folder.best,
          epochEnd: epochEnd(folder, id)
        })
        const warning = LastActivation.warning(run.model, run.objective)
        if (warning !== null) yield* emit({ _tag: "Notice", level: "warning", message: warning })
        const isUnchanged = start.from !== null && (yield* goOn(run, start.from))
        // What the folder holds of this run goes only when the run really changes it.
        if (start.from === null || start.from.isElsewhere) yield* clear
        const path = start.from === null ? null : yield* pathOf(folder, start.from)
        if (path !== null && isUnchanged) {
          const saved = yield* Ref.get(run.progress)
          yield* Ref.set(run.lastOrder, saved)
          yield* Ref.set(run.lastSave, { progress: saved, path })
        }
        yield* Effect.addFinalizer((exit) => onExit(run, exit))
        yield* Effect.forkScoped(endWithFolder(run, folder))
        const { epoch, step } = yield* position(run)
        yield* emit({
          _tag: "RunStarted",
          epochs: config.training.num_epochs,
          stepsPerEpoch: Math.ceil(dataset.train.size / config.training.batch_size),
          parameters: run.weights.reduce((sum, weight) => sum + tensorOf(weight).size, 0),
          from: start.from === null ? null : { ...placeOf(start.from), epoch, step }
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
const prepare = Effect.fn("restoreOrInit.prepare")(function* <C extends RunConfig>(
  parts: RunParts<C>,
  config: C
) {
  const store = yield* CheckpointStore
  const { force } = yield* Resumption
  const { checkpoint_dir, keep_best, keep_best_by, keep_every, keep_last, on_divergence } =
    config.training
  const message = Scheduler.warning(config.training)
  if (message !== null) yield* emit({ _tag: "Notice", level: "warning", message })
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
const checkModel = <C extends RunConfig>(
  parts: RunParts<C>,
  config: C,
  { checkpoint, path }: NonNullable<Start["from"]>
) =>
  Effect.gen(function* () {
    yield* Backend
    const { dataset, random_state } = checkpoint.meta
    const model = yield* acquireModel(parts.model, Random.make(random_state.seed), {
      config,
      inputShape: dataset.input_shape,
      classes: dataset.classes
    })
    yield* Compatibility.checkArchitecture(checkpoint, path, ofModel(model))
  }).pipe(Effect.scoped)

const placeOf = ({ path, reason }: NonNullable<Start["from"]>) =>
  reason === undefined ? { path } : { path, reason }

/** Ends the run at once when another process has its folder: nothing of it can be saved any more. */
const endWithFolder = Effect.fnUntraced(function* (run: Run, folder: CheckpointWriter) {
  const abort = yield* Abort
  const error = yield* folder.lost
  yield* Ref.set(run.isFlushed, true)
  yield* abort.with(error)
})

/** The path under which the folder keeps what the run goes on from. */
const pathOf = (
  folder: CheckpointWriter,
  { checkpoint, isElsewhere, path }: NonNullable<Start["from"]>
) =>
  isElsewhere ? ImportCheckpoint.importCheckpoint(folder, path, checkpoint) : Effect.succeed(path)

/**
 * Moves aside what is not of the run as it goes on, once: another run's checkpoints, and those that
 * lie after the place that it has gone back to.
 */
const clearing = (folder: CheckpointWriter, { archive, from, stays }: Start) =>
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

/**
 * Puts a checkpoint into a newly built run, if the two fit; says what has changed since. Gives
 * whether the run stands where the checkpoint does.
 */
const goOn = Effect.fn("restoreOrInit.goOn")(function* (
  run: Run,
  { checkpoint, path }: NonNullable<Start["from"]>
) {
  const { allowDatasetChange } = yield* Resumption
  yield* Compatibility.checkClassCount(checkpoint, path, run.dataset)
  yield* Compatibility.checkArchitecture(checkpoint, path, run.weights)
  const sameData = yield* Compatibility.checkDataset(checkpoint, path, run.dataset).pipe(
    Effect.as(true),
    Effect.catchAll((error) => (allowDatasetChange ? Effect.succeed(false) : Effect.fail(error)))
  )
  yield* Restore.weights(checkpoint, run.weights)
  const lostStates = yield* Restore.layerStates(checkpoint, run.statefulLayers)
  const sameOptimizer = yield* Restore.optimizer(checkpoint, run.optimizer)
  yield* Restore.scheduler(checkpoint, run.scheduler)
  for (const [stage, state] of yield* Restore.stageStates(checkpoint)) {
    run.unclaimed.set(stage, state)
  }
  const saved = Restore.progress(checkpoint)
  yield* Ref.set(run.newest, Date.parse(checkpoint.meta.saved_at) || 0)
  const before = (checkpoint.meta.config as Partial<RunConfig>).training?.num_epochs ?? 0
  const goesFurther = saved.stopped !== null && run.config.training.num_epochs > before
  const isTraining = saved.position.example < checkpoint.meta.dataset.sizes.train
  const onSameData = sameData || !isTraining ? saved : Progress.restartTraining(saved)
  yield* Ref.set(run.progress, goesFurther ? Progress.unstopped(onSameData) : onSameData)

  const changes = differences(checkpoint.meta.config, run.config)
  if (changes.length > 0) yield* emit({ _tag: "ConfigChanged", changes })
  const warnings = [
    sameData
      ? null
      : t`the data has changed: the epoch under way begins anew, and the run is no longer exact`,
    sameOptimizer
      ? null
      : t`the checkpoint holds the state of another optimizer: ${run.optimizer.name} begins without one`,
    lostStates.length === 0
      ? null
      : t`the checkpoint holds no states that fit the stateful layer ${lostStates.join(", ")}: it begins with zeros, and the run is no longer exact`,
    goesFurther
      ? t`the run had been stopped (${stored(saved.stopped)}); it goes on to the new training.num_epochs`
      : null,
    checkpoint.meta.backend === run.backend
      ? null
      : t`the checkpoint is from the backend ${checkpoint.meta.backend}, this is ${run.backend}: the run is no longer exact to the bit`
  ]
  for (const message of warnings) {
    if (message !== null) yield* emit({ _tag: "Notice", level: "warning", message })
  }
  return sameData && !goesFurther
})
