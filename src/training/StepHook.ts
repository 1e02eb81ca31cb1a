import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { norm } from "../backends/Norm.js"
import type { Scalar } from "../tf.js"
import type { Sized } from "../data/Batch.js"
import type { Gradients } from "./optimizer/GradientTransformation.js"
import type { Progress } from "./Progress.js"
import { TypeId, type Run } from "./Run.js"
import { cellOf } from "./StateCell.js"
import type { StateError } from "./Stateful.js"
import type { Measures } from "./TrainStep.js"

/** What a hook sees before a step: nothing of the step has happened yet. */
export interface BeforeStep {
  readonly run: Run
  readonly batch: Sized
  /** Where the run is: the epoch, and the steps done in it. */
  readonly position: Progress
}

/** What a hook sees after a step: weights, optimizer and position are all those after the step. */
export interface AfterStep extends BeforeStep {
  /** The metrics of the step's batch; null for a step that diverged and was skipped. */
  readonly metrics: Readonly<Record<string, number>> | null
}

/** What a hook does before and after each step of a run. */
export interface StepHandlers<out E = never, out R = never> {
  readonly beforeStep?: (step: BeforeStep) => Effect.Effect<void, E, R>
  readonly afterStep?: (step: AfterStep) => Effect.Effect<void, E, R>
}

/**
 * Something done at each training step. Give hooks to `Stages.trainEpochWith`, which runs them in
 * order.
 *
 * Hooks and step are one transaction: a checkpoint holds the run from before all of it or from after
 * all of it. A hook that fails, or is interrupted, ends the run as a stage does: the run from before
 * the step is saved, and the step is taken again on resumption. So a hook may run twice for a step,
 * and what it does outside of the run must allow that.
 */
export interface StepHook<out E = never, out R = never> {
  /** Names the hook's state in checkpoints. */
  readonly name: string
  /** Metrics measured from the gradients, in every step. */
  readonly measures: Measures
  /** Starts the hook for a run: called once, before the first step that this process takes. */
  readonly start: (run: Run) => Effect.Effect<StepHandlers<E, R>, E, R>
}

export declare namespace StepHook {
  export type Error<H> = H extends StepHook<infer E, infer _R> ? E : never
  export type Context<H> = H extends StepHook<infer _E, infer R> ? R : never
}

/**
 * Makes a hook. `start` makes what the hook needs for a run, and registers what it remembers
 * (`Run.register`); `beforeStep` and `afterStep` get it. `measures` are scalars computed from the
 * gradients; each becomes a metric of the step, averaged over the epoch as `train_<name>`.
 *
 * @example
 * ```ts
 * import { Run, StepHook } from "holdfast"
 * import * as Effect from "effect/Effect"
 *
 * // Ends the run after the epoch in which the gradients vanish.
 * export const stopWhenFlat = StepHook.make("stopWhenFlat", {
 *   measures: { gradient_norm: StepHook.gradientNorm },
 *   afterStep: ({ metrics, run }) =>
 *     metrics !== null && metrics["gradient_norm"]! < 1e-6
 *       ? Run.stop(run, "the gradients have vanished")
 *       : Effect.void
 * })
 * ```
 */
export const make = <S = void, E = never, R = never, E2 = never, R2 = never>(
  name: string,
  options: {
    readonly start?: (run: Run) => Effect.Effect<S, E, R>
    readonly beforeStep?: (step: BeforeStep, started: S) => Effect.Effect<void, E2, R2>
    readonly afterStep?: (step: AfterStep, started: S) => Effect.Effect<void, E2, R2>
    readonly measures?: Measures
  }
): StepHook<E | E2, R | R2> => {
  const { afterStep, beforeStep, measures = {}, start } = options
  const handlers = (started: S): StepHandlers<E2, R2> => ({
    ...(beforeStep && { beforeStep: (step) => beforeStep(step, started) }),
    ...(afterStep && { afterStep: (step) => afterStep(step, started) })
  })
  // By what is the same for a run in every epoch.
  const known = new WeakMap<object, StepHandlers<E2, R2>>()
  return {
    name,
    measures,
    start: (run) =>
      Effect.suspend(() => {
        const found = known.get(run[TypeId])
        if (found !== undefined) return Effect.succeed(found)
        return Effect.map(
          // Without `start`, S is void.
          start?.(run) ?? Effect.succeed(undefined as S),
          (started) => {
            const made = handlers(started)
            known.set(run[TypeId], made)
            return made
          }
        )
      })
  }
}

/**
 * Makes a hook with a state that JSON can hold, which every checkpoint saves and every resumption
 * restores. `afterStep` gets the state and gives the next one.
 *
 * @example
 * ```ts
 * import { StepHook } from "holdfast"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * // Counts the examples that the run has trained on.
 * export const countExamples = StepHook.stateful("countExamples", {
 *   state: Schema.Int,
 *   initial: 0,
 *   afterStep: ({ batch }, count) => Effect.succeed(count + batch.size)
 * })
 * ```
 */
export const stateful = <A, I, E = never, R = never>(
  name: string,
  options: {
    readonly state: Schema.Schema<A, I>
    readonly initial: A
    readonly afterStep: (step: AfterStep, state: A) => Effect.Effect<A, E, R>
    readonly measures?: Measures
  }
): StepHook<E | StateError, R> =>
  make(name, {
    ...(options.measures && { measures: options.measures }),
    start: (run) => cellOf(run, name, options.state, options.initial),
    afterStep: (step, cell) => Effect.flatMap(options.afterStep(step, cell.get()), cell.set)
  })

/** The Euclidean norm of all gradients of a phase together, for `measures`. */
export const gradientNorm = (gradients: Gradients): Scalar => norm([...gradients.values()])
