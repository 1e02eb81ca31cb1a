import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { stored, t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import { emit, type Observer } from "../events/Observer.js"
import { strangerIn, ungrouped } from "../stage/Sequence.js"
import * as StageTimer from "../stage/StageTimer.js"
import * as Stage from "../Stage.js"
import { Abort } from "../training/Abort.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { recoverFromDivergence } from "../training/RecoverFromDivergence.js"
import { Diverged } from "../training/Diverged.js"
import { IncompatibleCheckpoint } from "../training/IncompatibleCheckpoint.js"
import * as Progress from "../training/Progress.js"
import type { MetricError } from "../training/MetricError.js"
import * as RunPlan from "../training/RunPlan.js"
import { EpochContext } from "../training/EpochContext.js"
import { onExit, transaction } from "../training/Flush.js"
import type { Sized } from "../data/Batch.js"
import { TypeId, type Run, type RunConfig } from "../training/Run.js"
import { refuse, type StageError } from "../training/StageError.js"
import type { StateError } from "../training/Stateful.js"
import { UntilEpoch, UntilEpochReached } from "../training/UntilEpoch.js"
import { leaves, structure, withPlan } from "./checkEpoch.js"

/**
 * A stage that runs once an epoch. One that reads a section of the config, or the batches of the
 * dataset, takes a `Run<MyConfig, MyBatch>`.
 */
export type EpochStage<
  E = never,
  R = never,
  C extends RunConfig = RunConfig,
  B extends Sized = Sized
> = Stage.Stage<Run<C, B>, Run, E, R>

/** The config of a run that each of these stages can take. */
type ConfigOf<S> = RunConfig &
  ((
    S extends unknown
      ? Stage.Stage.In<S> extends Run<infer C>
        ? (config: C) => void
        : never
      : never
  ) extends (config: infer C) => void
    ? C
    : never)

/** The batches of a run that each of these stages can take. */
type BatchOf<S> = Sized &
  ((
    S extends unknown
      ? Stage.Stage.In<S> extends Run<infer _C, infer B>
        ? (batch: B) => void
        : never
      : never
  ) extends (batch: infer B) => void
    ? B
    : never)

/**
 * Runs its stages in order, epoch after epoch, until `training.num_epochs` are finished or a stage
 * stops the run. Resumes inside an epoch at the very stage, and step, where the run stands.
 *
 * The names of the stages must differ: a checkpoint knows them by name. An order in which a stage
 * lacks what it needs (see `Stage.Role`) is refused: here, where it is so whatever the config says,
 * else once the config is read.
 */
export const epochs = <
  const Stages extends ReadonlyArray<EpochStage<unknown, unknown, never, never>>
>(
  ...stages: Stages
) => {
  const stranger = strangerIn("Stages.epochs", stages, 1)
  if (stranger !== null) refuse(stranger, epochs)
  const all = ungrouped(stages)
  const fault = structure(all)
  if (fault !== null) refuse(fault, epochs)
  return Stage.make("epochs", {
    description: t`repeat for every epoch`,
    children: stages,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    check: (plan) => withPlan(all, plan),
    run: (
      run: Run<ConfigOf<Stages[number]>, BatchOf<Stages[number]>>
    ): Effect.Effect<
      Run<ConfigOf<Stages[number]>, BatchOf<Stages[number]>>,
      | Stage.Stage.Error<Stages[number]>
      | BackendError
      | CheckpointError
      | Diverged
      | IncompatibleCheckpoint
      | MetricError
      | StageError
      | StateError,
      Stage.Stage.Context<Stages[number]> | Observer
    > =>
      // The union over a tuple, which the signature spells out, is more than inference can follow.
      Effect.as(
        loop(run, all as ReadonlyArray<unknown> as ReadonlyArray<EpochStage<never, never>>),
        run
      ).pipe(
        // Here, and not as the scope closes, since finalizers that stages have added may be slow.
        Effect.onExit((exit) => onExit(run[TypeId], exit))
      )
  })
}

const loop = <E, R>(run: Run, stages: ReadonlyArray<EpochStage<E, R>>) =>
  Effect.gen(function* () {
    const { num_epochs } = run.config.training
    const names = stages.map((stage) => stage.name)
    const tracking = leaves(stages).find(({ role }) => role?.provides?.includes("best"))
    const primary = tracking?.role?.state ?? null
    const checkpointer = run[TypeId]
    const stopped_by = yield* reconsider(run, stages)
    const first = yield* Checkpointer.progress(checkpointer)
    yield* checkNext(names, first.position.stage)
    const { config, objective, scheduler } = run
    yield* withPlan(stages, RunPlan.make(config.training, objective, scheduler))
    if (isOver(first, num_epochs)) {
      const { epoch } = first
      const stopped = Progress.textOf(first.stopReason)
      yield* emit({ _tag: "AlreadyFinished", epoch, epochs: num_epochs, stopped, stopped_by })
      // Where nothing is trained, nothing is saved: it would move the latest to where the run began.
      yield* Checkpointer.skipSave(checkpointer)
      return yield* finish(run, stages)
    }
    yield* StageTimer.trainingBegins
    yield* checkpointer.store.archive
    const started = performance.now()
    let progress = first
    if (Progress.isEpochEnd(first) && run.config.training.on_divergence.name === "restore") {
      yield* Checkpointer.save(checkpointer, "latest")
    }
    const until = (yield* UntilEpoch).epoch
    while (!isOver(progress, num_epochs)) {
      if (progress.epoch >= until) return yield* endAt(run, progress.epoch)
      const from = Math.max(0, names.indexOf(progress.position.stage ?? ""))
      const rest = Effect.forEach(
        stages.slice(from),
        (stage, i) =>
          Effect.zipRight(
            step(run, stage, names[from + i + 1] ?? null, primary),
            // A signal that has come while the stage blocked is seen before the next begins.
            Effect.suspend(() => Checkpointer.yieldToEventLoop(checkpointer, performance.now()))
          ),
        { discard: true }
      ).pipe(Effect.withSpan("epoch", { attributes: { epoch: progress.epoch + 1 } }))
      const isRestored = yield* orRestored(run, rest)
      progress = yield* Checkpointer.progress(checkpointer)
      if (isRestored) continue
      const record = progress.history[progress.history.length - 1]!
      yield* emit({
        _tag: "EpochFinished",
        record,
        epochs: num_epochs,
        global_step: progress.globalStep,
        is_best: progress.best?.epoch === record.epoch,
        best: progress.best
      })
      yield* StageTimer.report
    }
    yield* finish(run, stages)
    yield* emit({
      _tag: "RunFinished",
      epoch: progress.epoch,
      stopped: Progress.textOf(progress.stopReason),
      best: progress.best,
      seconds: (performance.now() - started) / 1000
    })
  })

/** Whether what is left of an epoch has diverged, so that the run is back at the end of one before. */
const orRestored = <E, R>(run: Run, rest: Effect.Effect<void, E, R>) =>
  // Else an error that comes as the run is interrupted would be lost.
  Effect.uninterruptibleMask((restore) =>
    restore(rest).pipe(
      Effect.as(false),
      Effect.catchAll(
        (error): Effect.Effect<boolean, E | Diverged | CheckpointError | StateError, Observer> =>
          error instanceof Diverged
            ? Effect.as(recoverFromDivergence(run, error), true)
            : Effect.fail(error)
      )
    )
  )

/** Runs one stage and, if it succeeds, moves on to the next. */
const step = <E, R>(
  run: Run,
  stage: EpochStage<E, R>,
  next: string | null,
  primary: string | null
) =>
  Effect.gen(function* () {
    const inContext = Effect.provideService(stage.run(run), EpochContext, {
      current: { isResumable: stage.resumable, next },
      primary
    })
    if (stage.resumable) {
      yield* inContext
      // It has counted its own time, step by step.
      yield* Checkpointer.advance(run[TypeId], (progress) => Progress.afterStage(progress, next, 0))
      return
    }
    const started = performance.now()
    yield* transaction(run[TypeId], inContext, (progress) =>
      Progress.afterStage(progress, next, (performance.now() - started) / 1000)
    )
  })

/**
 * Saves the end of the run, if that is not saved yet, and waits until every save is durable. Only then
 * may stages change what is handed on.
 */
const finish = <E, R>(run: Run, stages: ReadonlyArray<EpochStage<E, R>>) =>
  Effect.gen(function* () {
    yield* Checkpointer.save(run[TypeId], "latest")
    yield* Checkpointer.drain(run[TypeId])
    for (const { role } of leaves(stages)) yield* role?.afterTraining?.(run) ?? Effect.void
  })

/** Saves the run and ends the pipeline here: what follows in it is for a run that is trained to its end. */
const endAt = (run: Run, epoch: number) =>
  Effect.gen(function* () {
    yield* Checkpointer.save(run[TypeId], "latest")
    yield* Checkpointer.drain(run[TypeId])
    const abort = yield* Abort
    yield* abort.with(new UntilEpochReached({ epoch }))
    return yield* Effect.never
  })

/** Lets a run that a stage had stopped train on if that stage would not stop it now; else names the stage. */
const reconsider = <E, R>(run: Run, stages: ReadonlyArray<EpochStage<E, R>>) =>
  Effect.gen(function* () {
    const { stopReason } = yield* Checkpointer.progress(run[TypeId])
    const stopped = Progress.textOf(stopReason)
    if (stopped === null) return null
    for (const { name, role } of leaves(stages)) {
      const stands = (yield* role?.stopStands?.(run) ?? Effect.succeed(null)) ?? null
      if (stands === true) return name
      if (stands === null) continue
      const message = t`the run had been stopped (${stored(stopped)}), which ${name} would not do now: it resumes`
      yield* warn("Unstopped", message)
      yield* Checkpointer.advance(run[TypeId], Progress.unstopped)
    }
    return null
  })

const isOver = (progress: Progress.Progress, epochs: number): boolean =>
  progress.epoch >= epochs || (progress.stopReason !== null && progress.position.stage === null)

const checkNext = (names: ReadonlyArray<string>, next: string | null) =>
  next === null || names.includes(next)
    ? Effect.void
    : new IncompatibleCheckpoint({ reason: { _tag: "Stage", stage: next } })
