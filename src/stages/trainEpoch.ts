import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import * as Readback from "../backends/Readback.js"
import type { DataError } from "../data/DataError.js"
import type { Sized } from "../data/Batch.js"
import { known, stepsFrom } from "../data/Order.js"
import * as Prefetch from "../data/Prefetch.js"
import { t } from "../language/Text.js"
import { Observer } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import {
  ahead,
  plain,
  transactional,
  type AtomicStep,
  type TakenStep,
  type Surroundings
} from "../training/AtomicStep.js"
import { phasesOf } from "../training/BoundPhase.js"
import * as Checkpointer from "../training/Checkpointer.js"
import * as DataThreads from "../training/DataThreads.js"
import type { Diverged } from "../training/Diverged.js"
import { batchOf, orderOf } from "../training/EpochBatches.js"
import { emitDetails, prefixed } from "../training/Evaluation.js"
import { warnOfUnsaved } from "../training/Flush.js"
import { accumulatorsOf } from "../training/Heads.js"
import * as MetricStates from "../training/metric/MetricStates.js"
import * as Progress from "../training/Progress.js"
import { logMetrics, TypeId, type Run, type RunConfig } from "../training/Run.js"
import { learningRate } from "../training/RunFields.js"
import { SaveRequest } from "../training/SaveRequest.js"
import * as SavePolicy from "../training/SavePolicy.js"
import { refuse } from "../training/StageError.js"
import type { StepHook } from "../training/StepHook.js"
import { watchOf } from "../training/StepWatch.js"
import * as Workers from "../training/workers/Workers.js"
import * as Validation from "../training/Validation.js"
import * as TrainStep from "../training/TrainStep.js"

/** Options of `trainEpochWith`. */
export interface TrainEpoch<
  out Hooks extends ReadonlyArray<StepHook<unknown, unknown>> = readonly [],
  out E = never,
  out R = never,
  in B extends Sized = Sized
> {
  /**
   * The training step, instead of the one by the run's phases. The batches that it takes (`StepInput<B>`)
   * must be those of the dataset.
   */
  readonly step?: TrainStep.Step<E, R, B>
  /** What is done before and after each step, in order. */
  readonly hooks?: Hooks
  /** What the gradients of each phase pass through before the update. */
  readonly combine?: TrainStep.Combine
}

/**
 * `trainEpoch` with a custom step, hooks around each step, or both. Order, position and saving stay
 * those of `trainEpoch`. With either, each step is a transaction: if it fails or is interrupted, the
 * run from before it is saved, and the step is taken again on resumption.
 *
 * @example
 * ```ts
 * import { Stages, StepHook } from "holdfast"
 *
 * // Measures `train_gradient_norm`.
 * export const train = Stages.trainEpochWith({
 *   hooks: [StepHook.make("norms", { measures: { gradient_norm: StepHook.gradientNorm } })]
 * })
 * ```
 */
export const trainEpochWith = <
  const Hooks extends ReadonlyArray<StepHook<unknown, unknown>> = readonly [],
  E = never,
  R = never,
  B extends Sized = Sized
>(
  options: TrainEpoch<Hooks, E, R, B>
) => {
  type Failure = E | StepHook.Error<Hooks[number]> | BackendError | DataError | Diverged
  type Services = R | StepHook.Context<Hooks[number]> | Observer
  const { combine } = options
  const hooks = (options.hooks ?? []) as ReadonlyArray<StepHook<Failure, Services>>
  const names = hooks.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    refuse({ _tag: "SameState", stage: `hook ${twice}`, other: `hook ${twice}` }, trainEpochWith)
  }
  const measures = Object.assign({}, ...hooks.map((hook) => hook.measures)) as TrainStep.Measures
  const extra = {
    ...(combine && { combine }),
    ...(Object.keys(measures).length > 0 && { measures })
  }
  return Stage.make("trainEpoch", {
    description: t`train on every example once, in a new order`,
    resumable: true,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    role: {
      provides: ["training", ...(options.step === undefined ? [] : ["customStep"])],
      // What they look at or save would else be of the weights from before.
      before: ["validation", "schedule", "best", "stop", "save"],
      // A custom step may measure anything.
      ...(options.step === undefined && {
        measures: (metrics: ReadonlyArray<string>) => [
          ...[...metrics, ...Object.keys(measures)].map((name) => `train_${name}`),
          "learning_rate"
        ]
      })
    },
    run: (run: Run<RunConfig, B>): Effect.Effect<Run<RunConfig, B>, Failure, Services> =>
      Effect.scoped(
        Effect.gen(function* () {
          if (options.step !== undefined) yield* Workers.sayCustomStep(run)
          const handlers = yield* Effect.forEach(hooks, (hook) => hook.start(run))
          const { fetch, left } = yield* batches(run)
          const watch = watchOf(run)
          const around = { run, fetch, extra: watch ? { ...extra, watch } : extra, handlers }
          const isPlain = handlers.every((one) => !one.beforeStep && !one.afterStep)
          yield* loop(
            run,
            left,
            isPlain && options.step === undefined
              ? withoutHandlers({ ...around, handlers: [] })
              : transactional<Failure, Services, B>(around, options.step ?? TrainStep.phases)
          )
          return run
        })
      )
  })
}

/**
 * Trains on the examples of the epoch that are still due, in the order that the seed gives it, and
 * saves between two steps when it is asked to.
 * Measures `train_loss`, the objective's other metrics likewise, and `learning_rate`, that of the
 * epoch's last step.
 */
export const trainEpoch = trainEpochWith({})

/** Ahead of what is read where reading costs time, unless a step may have to be skipped. */
const withoutHandlers = (around: Surroundings<never, never>): AtomicStep<BackendError | Diverged> =>
  // Between two phases a step that waits for workers is half done.
  phasesOf(around.run).length > 1 && Workers.isAttached(around.run)
    ? transactional<BackendError | Diverged, never, Sized>(around, TrainStep.phases)
    : Readback.computesMeanwhile() && around.run.config.training.on_divergence.name !== "skip"
      ? ahead(around)
      : plain(around)

/** Takes the steps of the epoch that are still due. */
const loop = <E, R>(run: Run, stepsLeft: StepsLeft, step: AtomicStep<E, R>) =>
  Effect.gen(function* () {
    const saveRequest = yield* SaveRequest
    const observer = yield* Observer
    const { training } = run.config
    const { num_epochs, save_interval } = training
    const every = SavePolicy.intervals(save_interval).filter(({ unit }) => unit !== "epochs")
    const checkpointer = run[TypeId]
    const accumulators = accumulatorsOf(run.objective)
    const report = (after: Progress.Progress, { examples, ...taken }: TakenStep) =>
      observer.emit({
        _tag: "StepFinished",
        phase: "train",
        epoch: after.epoch + 1,
        epochs: num_epochs,
        step: after.step,
        steps: known(after.step + stepsLeft(after)),
        loss: MetricStates.valueOf(accumulators, after.position, "loss", Progress.counted(after)),
        examples,
        ...(taken.loss !== null && {
          measured: {
            global_step: after.globalStep,
            loss: taken.loss,
            learning_rate: learningRate(run, Progress.lastStep(after)),
            ...(taken.gradientNorm !== null && { gradient_norm: taken.gradientNorm }),
            data_wait_ms: taken.dataWait,
            step_ms: taken.milliseconds
          }
        })
      })
    let progress = yield* Checkpointer.progress(checkpointer)
    const threads = yield* DataThreads.of(run)
    let ended = performance.now()
    for (;;) {
      const left = stepsLeft(progress)
      if (left === 0) break
      if (Validation.isDue(training.validation_interval, progress, left)) {
        yield* Checkpointer.settle(checkpointer)
        progress = yield* Checkpointer.progress(checkpointer)
        yield* Validation.betweenSteps(run, progress, left)
      }
      const started = performance.now()
      const before = progress
      progress = yield* step(progress, report)
      const now = performance.now()
      threads?.took(now - ended, before)
      ended = now
      const isAsked = yield* saveRequest.take
      if (
        isAsked ||
        (yield* Checkpointer.isStoreRemade(checkpointer)) ||
        (every.length > 0 && stepsLeft(progress) > 0 && (yield* isDue(run, every, progress)))
      )
        yield* Checkpointer.save(checkpointer, "latest")
      yield* Checkpointer.yieldToEventLoop(checkpointer, started)
    }
    yield* Checkpointer.settle(checkpointer)
    progress = yield* Checkpointer.progress(checkpointer)
    const { epoch, position } = progress
    const values = MetricStates.compute(accumulators, position, Progress.counted(progress))
    yield* emitDetails(
      { phase: "train", epoch: epoch + 1, global_step: progress.globalStep },
      MetricStates.details(accumulators, position)
    )
    yield* logMetrics(run, {
      ...prefixed("train", { loss: NaN, ...values }),
      learning_rate: learningRate(run, Progress.lastStep(progress))
    })
  }).pipe(Effect.onError(() => settleInPassing(run)))

/** Has a run that ends in the midst of its steps be consistent, so that it can be saved. */
const settleInPassing = (run: Run): Effect.Effect<void, never, Observer> =>
  Effect.catchAll(Checkpointer.settle(run[TypeId]), (error) =>
    error._tag === "Diverged" ? warnOfUnsaved(error) : Effect.void
  )

/** How many steps the epoch has left after a position; Infinity: nobody knows. */
type StepsLeft = (after: Progress.Progress) => number

/**
 * What fetches the batch of the step that follows a position, and the next ones while that computes; and how
 * many steps are left, which of a stream is known when its end is.
 */
const batches = <B extends Sized>(run: Run<RunConfig, B>) =>
  Effect.gen(function* () {
    const { dataset } = run
    const { training } = run.config
    const before = yield* Checkpointer.progress(run[TypeId])
    const { epoch } = before
    // A function of the seed and the epoch, so that any position in it is reached at once.
    const order = yield* orderOf(run, epoch)
    let { size } = dataset.train
    const prefetch = yield* Prefetch.make({
      fetch: (at) => batchOf(run, order, { ...at, epoch }),
      next: ({ example, step }) => {
        const after = { example: example + training.batch_size, step: step + 1 }
        return stepsFrom(after.example, size, training) > 0 ? after : null
      },
      ahead: dataset.train.ahead ?? 1,
      isFree: () => Workers.of(run) !== null
    })
    const fetch = ({ position: { example }, step }: Progress.Progress) =>
      Effect.map(prefetch.take({ example, step }), (batch) => {
        if (batch.isLast === true) size = example + batch.size
        return batch
      })
    // A run that was interrupted after the last step of a stream has no step left, which only the stream knows.
    const { example } = before.position
    let first = size === Infinity && example > 0 ? yield* fetch(before) : null
    const left: StepsLeft = ({ position }) => stepsFrom(position.example, size, training)
    const fetchOnce = (at: Progress.Progress) =>
      Effect.suspend(() => {
        const fetched = at.position.example === example ? first : null
        first = null
        return fetched === null ? fetch(at) : Effect.succeed(fetched)
      })
    return { left, fetch: fetchOnce }
  })

/** The end of the epoch is soon, and what it measures is worth having in the checkpoint. */
const isDue = (
  run: Run,
  every: ReadonlyArray<SavePolicy.Interval>,
  { globalStep }: Progress.Progress
) =>
  Effect.map(Checkpointer.secondsSinceSave(run[TypeId]), (secondsSinceSave) =>
    SavePolicy.isDueAfterStep(every, { globalStep, secondsSinceSave })
  )
