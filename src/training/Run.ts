import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import type * as tf from "../tf.js"
import type { Checkpoint, StopReason } from "../checkpointing/Checkpoint.js"
import type { CheckpointName } from "../checkpointing/store/CheckpointStore.js"
import type { Sized } from "../data/Batch.js"
import type { Observer } from "../events/Observer.js"
import { active } from "./average/WeightAverage.js"
import * as Checkpointer from "./Checkpointer.js"
import type { BackendError } from "../backends/BackendError.js"
import type { Diverged } from "./Diverged.js"
import { EpochContext } from "./EpochContext.js"
import { transaction } from "./Flush.js"
import { partsOf } from "./ModelParts.js"
import * as Progress from "./Progress.js"
import * as RestoreState from "./RestoreState.js"
import type { RunConfig, RunFields } from "./RunFields.js"
import type { StateError, Stateful } from "./Stateful.js"
import type { Summary } from "./Summary.js"
import { tensorOf } from "./Weights.js"

export type { RunConfig } from "./RunFields.js"

/** Marks runs, and holds what saves them. */
export const TypeId: unique symbol = Symbol.for("holdfast/Run") as never
export type TypeId = typeof TypeId

/**
 * A training run in progress: acquired by `restoreOrInit`, and passed from stage to stage. A stage
 * that takes a `Run<MyConfig, MyBatch>` reads its own sections of the config and the batches of the
 * dataset typed.
 *
 * When it ends early, a checkpoint is saved; then every tensor is freed.
 */
export interface Run<
  out C extends RunConfig = RunConfig,
  out B extends Sized = Sized
> extends RunFields<C, B> {
  readonly [TypeId]: Checkpointer.Checkpointer
}

/** Whether `value` is a run. */
export const isRun = (value: unknown): value is Run => Predicate.hasProperty(value, TypeId)

/** How many epochs the run has finished, and how many steps of the next it has done. */
export const position = (
  run: Run
): Effect.Effect<{ readonly epoch: number; readonly step: number }> =>
  Effect.map(Checkpointer.progress(run[TypeId]), ({ epoch, step }) => ({ epoch, step }))

/** The metrics measured so far in the current epoch, by name. */
export const metrics = (run: Run): Effect.Effect<Readonly<Record<string, number>>> =>
  Effect.map(Checkpointer.progress(run[TypeId]), (progress) => progress.position.metrics)

/** Adds metrics to the record of the current epoch. */
export const logMetrics = (
  run: Run,
  values: Readonly<Record<string, number>>
): Effect.Effect<void> =>
  Effect.asVoid(
    Checkpointer.advance(run[TypeId], (progress) => Progress.withMetrics(progress, values))
  )

/** Ends the run after the current epoch. The reason is shown, and kept in the checkpoint. */
export const stop = (run: Run, reason: string | StopReason): Effect.Effect<void> => {
  const stopReason = typeof reason === "string" ? { _tag: "Custom" as const, text: reason } : reason
  return Effect.asVoid(
    Checkpointer.advance(run[TypeId], (progress) => Progress.stop(progress, stopReason))
  )
}

/** What `Stages.evaluate` has measured in this process, in the order of the pipeline. */
export const summaries = (run: Run): Effect.Effect<ReadonlyArray<Summary>> =>
  Effect.map(Ref.get(run[TypeId].state), (state) => state.summaries)

/**
 * Makes something with memory part of the run: from now on every checkpoint holds its state. If the
 * run was resumed from a checkpoint with a state of this name, that is loaded now.
 */
export const register = (run: Run, name: string, part: Stateful): Effect.Effect<void, StateError> =>
  Checkpointer.register(run[TypeId], name, part)

/**
 * Saves the run in the background, under the name `latest` unless another is given, while training
 * continues. In an epoch, the checkpoint records the stage that calls this as finished.
 *
 * @throws Diverged if the weights are NaN, infinite or absurdly large: they are not saved.
 * @throws BackendError if the backend has failed.
 */
export const save = (
  run: Run,
  name: CheckpointName = "latest"
): Effect.Effect<void, BackendError | Diverged, Observer> =>
  Effect.gen(function* () {
    const { current } = yield* EpochContext
    const progress = yield* Checkpointer.progress(run[TypeId])
    const at =
      current === null || current.isResumable
        ? progress
        : Progress.afterStage(progress, current.next, 0)
    yield* Checkpointer.save(run[TypeId], name, at)
  })

/** The weights of the run's models by name, as they are now. They stay the run's. */
export const weights = (run: Run): Readonly<Record<string, tf.Tensor>> =>
  Object.fromEntries(partsOf(run).weights.map((weight) => [weight.name, tensorOf(weight)]))

/**
 * Runs `body` with other weights in the run's models, then puts the run's own back: those of a
 * checkpoint, tensors by weight name, or those that a registered part holds, by its name. A run that
 * ends meanwhile is saved with its own weights. `state` names a state of the checkpoint that holds
 * weights, an average say, which then come before those of the model.
 */
export const withWeights = <A, E, R>(
  run: Run,
  weights: Checkpoint | Readonly<Record<string, tf.Tensor>> | string,
  body: Effect.Effect<A, E, R>,
  state?: string
): Effect.Effect<A, E, R | Observer> =>
  Effect.suspend(() => {
    const others = typeof weights === "string" ? held(run, weights) : weights
    return transaction(
      run[TypeId],
      RestoreState.withWeights(partsOf(run).weights, others, body, state)
    )
  })

/**
 * Runs `body` with the average that takes the place of the run's weights, once one has started (see
 * `Average`), then puts the run's own back; without one, with the run's own.
 */
export const withAverage = <A, E, R>(
  run: Run,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | Observer> =>
  Effect.suspend(() => {
    const average = active(run.averages)
    return average === undefined ? body : withWeights(run, average.name, body)
  })

/** The tensors of a registered part, which a resumed run may not have registered yet. */
const held = (run: Run, name: string): Readonly<Record<string, tf.Tensor>> => {
  const { pendingStates, registered } = run[TypeId]
  const state = registered.get(name)?.stateDict() ?? pendingStates.get(name)
  if (state !== undefined) return state.tensors
  const names = [...registered.keys(), ...pendingStates.keys()].join(", ")
  throw new Error(`the run has registered no "${name}" (registered: ${names})`)
}
