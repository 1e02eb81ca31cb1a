import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError } from "../backends/BackendError.js"
import type { Sized } from "../data/Batch.js"
import { stepsFrom } from "../data/Order.js"
import type { DataError } from "../data/DataError.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import type { Observer } from "../events/Observer.js"
import * as Checkpointer from "./Checkpointer.js"
import { Diverged } from "./Diverged.js"
import { markUnsaveable, transaction } from "./Flush.js"
import { accumulatorsOf } from "./Heads.js"
import * as MetricStates from "./metric/MetricStates.js"
import * as Progress from "./Progress.js"
import { TypeId, type Run } from "./Run.js"
import type { StepHandlers } from "./StepHook.js"
import * as TrainStep from "./TrainStep.js"
import * as Undo from "./Undo.js"

/** Takes the step that follows a position; gives the position after it. */
export type AtomicStep<out E = never, out R = never> = (
  before: Progress.Progress
) => Effect.Effect<Progress.Progress, E | BackendError | DataError | Diverged, R | Observer>

/** What a step is made of, beside the step itself. */
export interface Surroundings<out E, out R, out B extends Sized = Sized> {
  readonly run: Run
  /** Fetches the batch of the step that follows a position. */
  readonly fetch: (before: Progress.Progress) => Effect.Effect<B, DataError>
  readonly extra: TrainStep.StepExtra
  /** What is done before and after the step, in order. */
  readonly handlers: ReadonlyArray<StepHandlers<E, R>>
}

/**
 * The step by the run's phases. It is not interrupted: weights, optimizer and position are updated
 * atomically, as seen by a flush. If it fails halfway, nothing of it can be saved.
 */
export const plain =
  (around: Surroundings<never, never>): AtomicStep =>
  (before) =>
    Effect.uninterruptibleMask((restore) => takeStep(around, before, restore))

// One generator function for all steps, in which the batch is fetched: V8 keeps each new generator
// function, and what an uninterruptible effect captures, until its next major collection, and batches
// may be large.
const takeStep = Effect.fnUntraced(function* (
  { extra, fetch, run }: Surroundings<never, never>,
  before: Progress.Progress,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
) {
  const started = performance.now()
  const batch = yield* restore(fetch(before))
  const averaging = averagingOf(run, extra)
  const input = TrainStep.inputOf(run, batch, before, averaging?.extra ?? extra)
  const measured = yield* Effect.tapErrorCause(TrainStep.phases(input), (cause) => {
    const failure = Option.getOrNull(Cause.failureOption(cause))
    const why = failure instanceof Diverged ? "Diverged" : "Inconsistent"
    return markUnsaveable(run[TypeId], why)
  })
  averaging?.finish(before, batch, measured !== null)
  return yield* advance(run, before, batch, measured, started)
})

/**
 * A step that may fail or wait anywhere, with what is done before and after it, as one transaction: on
 * failure or interruption a flush saves the run from before it. Costs a snapshot a step.
 */
export const transactional =
  <E, R, B extends Sized>(
    around: Surroundings<E, R, B>,
    step: TrainStep.Step<E, R, B>
  ): AtomicStep<E, R> =>
  (before) =>
    transaction(
      around.run[TypeId],
      takeWithHandlers(around, step, before).pipe(
        // The flush saves what was before, and reports that position.
        Effect.tapErrorCause(() => Checkpointer.advance(around.run[TypeId], () => before))
      )
    )

const takeWithHandlers = Effect.fnUntraced(function* <E, R, B extends Sized>(
  { extra, fetch, handlers, run }: Surroundings<E, R, B>,
  step: TrainStep.Step<E, R, B>,
  before: Progress.Progress
) {
  const started = performance.now()
  const batch = yield* fetch(before)
  for (const { beforeStep } of handlers) {
    if (beforeStep !== undefined) yield* beforeStep({ run, batch, position: before })
  }
  const averaging = averagingOf(run, extra)
  const input = TrainStep.inputOf(run, batch, before, averaging?.extra ?? extra)
  const measured = yield* Undo.onSkip(run, step(input))
  averaging?.finish(before, batch, measured !== null)
  const position = yield* advance(run, before, batch, measured, started)
  const metrics = measured && metricsOf(run, measured, batch.size)
  for (const { afterStep } of handlers) {
    if (afterStep !== undefined) yield* afterStep({ run, batch, position, metrics })
  }
  return yield* Checkpointer.progress(run[TypeId])
})

/** Has the averages that the run keeps, if any, take in the weights after a step. */
const averagingOf = (run: Run, extra: TrainStep.StepExtra) => {
  if (run.averages.length === 0) return null
  let hasUpdated = false
  const onUpdate = () => {
    hasUpdated = true
  }
  const finish = (
    { epoch, position, step }: Progress.Progress,
    { size }: Sized,
    isDone: boolean
  ) => {
    const { dataset, config } = run
    const { num_epochs: numEpochs } = config.training
    const isLast = stepsFrom(position.example + size, dataset.train.size, config.training) === 0
    for (const { afterStep } of run.averages) {
      afterStep({ epoch, step, numEpochs, isLast, hasUpdated: hasUpdated && isDone })
    }
  }
  return { extra: { ...extra, onUpdate }, finish }
}

/** The metrics of one batch. */
const metricsOf = (run: Run, measured: TrainStep.MeasuredBatch, size: number) => {
  const accumulators = accumulatorsOf(run.objective)
  const states = MetricStates.update(accumulators, MetricStates.initial, measured, size)
  return MetricStates.compute(accumulators, states, size)
}

const advance = (
  run: Run,
  before: Progress.Progress,
  { size }: Sized,
  measured: TrainStep.MeasuredBatch | null,
  started: number
) => {
  const done = { examples: size, seconds: (performance.now() - started) / 1000 }
  if (measured !== null) {
    const accumulators = accumulatorsOf(run.objective)
    return Checkpointer.advance(run[TypeId], (progress) =>
      Progress.afterStep(progress, {
        ...done,
        states: MetricStates.update(accumulators, progress.position, measured, size)
      })
    )
  }
  const message = t`step ${before.step + 1} of epoch ${before.epoch + 1} has diverged and is skipped`
  return Effect.zipRight(
    warn("StepSkipped", message),
    Checkpointer.advance(run[TypeId], (progress) => Progress.afterSkip(progress, done))
  )
}
