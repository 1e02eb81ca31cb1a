import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import type { Sized } from "../data/Batch.js"
import { stepsFrom } from "../data/Order.js"
import type { DataError } from "../data/DataError.js"
import { inputArrays } from "../data/Layout.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import type { Observer } from "../events/Observer.js"
import * as Checkpointer from "./Checkpointer.js"
import type { Diverged } from "./Diverged.js"
import { transaction } from "./Flush.js"
import { accumulatorsOf } from "./Heads.js"
import * as MetricStates from "./metric/MetricStates.js"
import * as Progress from "./Progress.js"
import { TypeId, type Run } from "./Run.js"
import type { StepHandlers } from "./StepHook.js"
import * as TrainStep from "./TrainStep.js"
import * as Undo from "./Undo.js"
import * as Workers from "./workers/Workers.js"

/**
 * Takes the step that follows a position; gives the position after it. Reports where the run stands, as
 * soon as its metrics are read.
 */
export type AtomicStep<out E = never, out R = never> = (
  before: Progress.Progress,
  report: Report
) => Effect.Effect<Progress.Progress, E | BackendError | DataError | Diverged, R | Observer>

/** Reports a step, after which the run stands at `after`. */
export type Report = (after: Progress.Progress, taken: TakenStep) => Effect.Effect<void>

/** What is known of a step alone; `loss` is null where it has diverged and is skipped. */
export interface TakenStep {
  readonly examples: number
  readonly loss: number | null
  readonly gradientNorm: number | null
  /** Milliseconds that it waited for its batch, and that it took with that. */
  readonly dataWait: number
  readonly milliseconds: number
}

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
  (before, report) =>
    // The report is part of it: what is saved of an interrupted run has been seen.
    Effect.uninterruptibleMask((restore) =>
      Effect.tap(takeStep(around, before, restore), ({ after, taken }) => report(after, taken))
    ).pipe(Effect.map(({ after }) => after))

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
  const fetched = performance.now()
  const averaging = averagingOf(run, extra)
  const input = TrainStep.inputOf(run, batch, before, averaging?.extra ?? extra)
  const measured = yield* Effect.tapErrorCause(TrainStep.phases({ ...input, restore }), (cause) =>
    // Interrupted while it waits for workers, it has changed nothing.
    Cause.isInterruptedOnly(cause) ? Effect.void : Checkpointer.unsaveable(run[TypeId], cause)
  )
  averaging?.finish(before, batch, measured !== null)
  const milliseconds = performance.now() - started
  Workers.took(run, milliseconds, batch, before)
  const after = yield* advance(run, before, batch, measured, milliseconds / 1000)
  return { after, taken: takenOf(run, before, batch, measured, fetched - started, milliseconds) }
})

/** What a step reports of itself. */
const takenOf = (
  run: Run,
  before: Progress.Progress,
  { size }: Sized,
  measured: TrainStep.MeasuredBatch | null,
  dataWait: number,
  milliseconds: number
): TakenStep => ({
  examples: size,
  loss: measured?.["loss"]?.[0] ?? null,
  gradientNorm: TrainStep.gradientNormOf(run, before),
  dataWait,
  milliseconds
})

/**
 * The same step, whose metrics are read with those of the next ones, for a backend that reading would
 * have stand idle. The position that it gives lacks what these metrics add up to; the run is moved, and
 * can be saved, once they are read (`Checkpointer.settle`).
 */
export const ahead =
  (around: Surroundings<never, never>): AtomicStep =>
  (before, report) =>
    Effect.uninterruptibleMask((restore) => takeAhead(around, before, report, restore))

const takeAhead = Effect.fnUntraced(function* (
  { extra, fetch, run }: Surroundings<never, never>,
  before: Progress.Progress,
  report: Report,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
) {
  const started = performance.now()
  const checkpointer = run[TypeId]
  const batch = yield* restore(fetch(before))
  const dataWait = performance.now() - started
  const averaging = averagingOf(run, extra)
  const input = TrainStep.inputOf(run, batch, before, averaging?.extra ?? extra)
  const step = yield* Effect.tapErrorCause(TrainStep.unread(input), (cause) =>
    Checkpointer.unsaveable(checkpointer, cause)
  )
  averaging?.finish(before, batch, true)
  const { size } = batch
  const seconds = (performance.now() - started) / 1000
  checkpointer.unread.add({
    step,
    before,
    started,
    inputs: inputArrays(batch),
    finish: (measured, milliseconds) =>
      Effect.flatMap(moved(run, batch, measured, seconds), (after) =>
        report(after, takenOf(run, before, batch, measured, dataWait, milliseconds))
      )
  })
  if (checkpointer.unread.isDue()) yield* Checkpointer.settle(checkpointer)
  return Progress.afterStep(before, { examples: size, seconds, states: before.position })
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
  (before, report) =>
    transaction(
      around.run[TypeId],
      takeWithHandlers(around, step, before).pipe(
        // The flush saves what was before, and reports that position.
        Effect.tapErrorCause(() => Checkpointer.advance(around.run[TypeId], () => before))
      )
    ).pipe(
      Effect.tap(({ after, taken }) => report(after, taken)),
      Effect.map(({ after }) => after)
    )

const takeWithHandlers = Effect.fnUntraced(function* <E, R, B extends Sized>(
  { extra, fetch, handlers, run }: Surroundings<E, R, B>,
  step: TrainStep.Step<E, R, B>,
  before: Progress.Progress
) {
  const started = performance.now()
  const batch = yield* fetch(before)
  const dataWait = performance.now() - started
  for (const { beforeStep } of handlers) {
    if (beforeStep !== undefined) yield* beforeStep({ run, batch, position: before })
  }
  const averaging = averagingOf(run, extra)
  const input = TrainStep.inputOf(run, batch, before, averaging?.extra ?? extra)
  const measured = yield* Undo.onSkip(run, step(input))
  averaging?.finish(before, batch, measured !== null)
  const milliseconds = performance.now() - started
  // Of a custom step nobody knows whether it leaves workers anything to do.
  if ((step as unknown) === TrainStep.phases) Workers.took(run, milliseconds, batch, before)
  const position = yield* advance(run, before, batch, measured, milliseconds / 1000)
  const taken = takenOf(run, before, batch, measured, dataWait, milliseconds)
  const metrics = measured && metricsOf(run, measured, batch.size)
  for (const { afterStep } of handlers) {
    if (afterStep !== undefined) yield* afterStep({ run, batch, position, metrics })
  }
  return { after: yield* Checkpointer.progress(run[TypeId]), taken }
})

/** Has the averages that the run keeps, if any, take in the weights after a step. */
const averagingOf = (run: Run, extra: TrainStep.StepExtra) => {
  if (run.averages.length === 0) return null
  let hasUpdated = false
  const onUpdate = () => {
    hasUpdated = true
  }
  const finish = ({ epoch, position, step }: Progress.Progress, batch: Sized, isDone: boolean) => {
    const { dataset, config } = run
    const { num_epochs: numEpochs } = config.training
    const isLast =
      batch.isLast === true ||
      stepsFrom(position.example + batch.size, dataset.train.size, config.training) === 0
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
  batch: Sized,
  measured: TrainStep.MeasuredBatch | null,
  seconds: number
) => {
  if (measured !== null) return moved(run, batch, measured, seconds)
  const message = t`step ${before.step + 1} of epoch ${before.epoch + 1} has diverged and is skipped`
  const done = { examples: batch.size, seconds }
  return Effect.zipRight(
    warn("StepSkipped", message),
    Checkpointer.advance(run[TypeId], (progress) => Progress.afterSkip(progress, done))
  )
}

/** Moves the run past a step. */
const moved = (
  run: Run,
  { size }: Sized,
  measured: TrainStep.MeasuredBatch,
  seconds: number
): Effect.Effect<Progress.Progress> => {
  const accumulators = accumulatorsOf(run.objective)
  return Checkpointer.advance(run[TypeId], (progress) =>
    Progress.afterStep(progress, {
      examples: size,
      seconds,
      states: MetricStates.update(accumulators, progress.position, measured, size)
    })
  )
}
