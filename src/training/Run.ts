import type { LayersModel } from "../tf.js"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import type { Penalty } from "../backends/tfjs/layers/Penalties.js"
import type { StatefulLayer } from "../backends/tfjs/layers/LayerStates.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { CheckpointName, CheckpointReader } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import type { Unsaved } from "../checkpointing/Checkpoint.js"
import type { Observer } from "../events/Observer.js"
import type { Dataset } from "../data/Dataset.js"
import type { Objective } from "./Objective.js"
import type { Optimizer } from "./Optimizer.js"
import * as Progress from "./Progress.js"
import type { Random } from "./Random.js"
import type { Saver } from "./Saver.js"
import type { Scheduler } from "./Scheduler.js"
import type { Snapshot } from "./Snapshot.js"
import type { StateDict, StateError, Stateful } from "./Stateful.js"
import type { Weight } from "./Weights.js"

/** What every run's configuration holds; a pipeline's own has further sections. */
export interface RunConfig {
  readonly training: TrainingConfig
}

/** A checkpoint on its way to, or in, the store. */
export interface SavedAs {
  readonly path: string
  readonly bytes: number
  readonly milliseconds: number
}

/** See `Run.boundary`. */
export type Boundary = Snapshot | "torn" | "diverged" | "secured" | null

/** Which moment of the run its newest checkpoint holds, and where that is. */
export interface LastSave {
  readonly progress: Progress.Progress
  readonly path: string
}

/**
 * The live training run, acquired by `restoreOrInit` and handed from stage to stage.
 *
 * Between two training steps it is consistent: `RunState.take` then holds everything that going on
 * exactly needs. When it ends early, a checkpoint is flushed; then every tensor is freed.
 */
export interface Run {
  readonly id: string
  readonly config: RunConfig
  readonly dataset: Dataset
  readonly model: LayersModel
  readonly weights: ReadonlyArray<Weight>
  /** What the regularizers of the model's layers add to the loss. */
  readonly penalties: ReadonlyArray<Penalty>
  /** The layers whose hidden states are a part of every checkpoint. */
  readonly statefulLayers: ReadonlyArray<StatefulLayer>
  readonly objective: Objective
  readonly optimizer: Optimizer
  readonly scheduler: Scheduler
  readonly random: Random
  readonly backend: string
  readonly progress: Ref.Ref<Progress.Progress>
  /** The epoch stage that follows the one under way; null for the last. */
  readonly nextStage: Ref.Ref<string | null>
  /**
   * The state name (see `Role`) of the stage whose best is the run's own, `best_model`: the first of the
   * epoch that tracks one. null: there is no epoch around it.
   */
  readonly primary: Ref.Ref<string | null>
  /** Further parts with memory, by name: what `register` was given. */
  readonly stateful: Map<string, Stateful>
  /** States in the checkpoint that went on from, whose owners have not registered yet. */
  readonly unclaimed: Map<string, StateDict>
  /**
   * What a flush writes instead of the live state: the snapshot from before an all-or-nothing
   * stage that is under way, or nothing at all, after a step that failed half-way ("torn"), once the
   * run has diverged, and when that snapshot has been seen to already ("secured").
   */
  readonly boundary: Ref.Ref<Boundary>
  /** Whether the run has ended early, and what there was to flush has been. */
  readonly isFlushed: Ref.Ref<boolean>
  /** When the newest checkpoint was ordered, in milliseconds since 1970; 0 before the first. */
  readonly newest: Ref.Ref<number>
  /** When a checkpoint was last ordered, or the run begun, on a clock that is never set: nanoseconds. */
  readonly orderedAt: Ref.Ref<bigint>
  /** Writes snapshots while training goes on. */
  readonly saver: Saver
  /** The place of the newest snapshot that was given to the saver under the name latest. */
  readonly lastOrder: Ref.Ref<Progress.Progress | null>
  /** How often the store had been made again by then. */
  readonly orderedIn: Ref.Ref<number>
  /** The newest checkpoint of the name latest that is durable. */
  readonly lastSave: Ref.Ref<LastSave | null>
  /**
   * Moves aside, once, what lies in the folder after the place that the run goes on from. Training
   * that goes on calls it before its first step.
   */
  readonly clear: Effect.Effect<void, CheckpointError, Observer>
  /** Hands a checkpoint to the store. */
  readonly store: (
    checkpoint: Unsaved,
    name: CheckpointName
  ) => Effect.Effect<SavedAs, CheckpointError>
  /** How often the store was removed and had to be made again, without what had been saved. */
  readonly remade: Effect.Effect<number>
  /** The best checkpoint in the store, of whichever run. */
  readonly best: CheckpointReader["best"]
  /** The newest checkpoint of this run in the store that ends an epoch, or precedes the first. */
  readonly epochEnd: CheckpointReader["best"]
}

/** Whether `value` is a run, told by what stages use of it. */
export const isRun = (value: unknown): value is Run =>
  ["config", "model", "objective", "progress"].every((field) => Predicate.hasProperty(value, field))

/**
 * Makes something with memory a part of the run: from now on every checkpoint holds its state. If
 * the run goes on from a checkpoint with a state under this name, that is loaded into it now.
 */
export const register = (run: Run, name: string, part: Stateful): Effect.Effect<void, StateError> =>
  Effect.gen(function* () {
    const state = run.unclaimed.get(name)
    if (state !== undefined) {
      yield* part.loadStateDict(state)
      run.unclaimed.delete(name)
      for (const tensor of Object.values(state.tensors)) tensor.dispose()
    }
    run.stateful.set(name, part)
  })

/** How many epochs the run has finished, and how many steps of the next it has done. */
export const position = (
  run: Run
): Effect.Effect<{ readonly epoch: number; readonly step: number }> =>
  Effect.map(Ref.get(run.progress), ({ epoch, step }) => ({ epoch, step }))

/** The learning rate of a step from `at` on: the scheduler's, lower where divergence had it lowered. */
export const learningRate = (
  { scheduler }: Pick<Run, "scheduler">,
  at: Progress.Progress
): number => scheduler.learningRate() * (at.divergence?.rate_factor ?? 1)

/** The metrics that the epoch under way has measured so far, by name. */
export const metrics = (run: Run): Effect.Effect<Readonly<Record<string, number>>> =>
  Effect.map(Ref.get(run.progress), (progress) => progress.position.metrics)

/** Ends the run after the epoch under way. The reason is shown and kept in the checkpoint. */
export const stop = (run: Run, reason: string): Effect.Effect<void> =>
  Ref.update(run.progress, (progress) => Progress.stop(progress, reason))

/** Adds metrics to the record of the epoch under way. */
export const logMetrics = (
  run: Run,
  values: Readonly<Record<string, number>>
): Effect.Effect<void> =>
  Ref.update(run.progress, (progress) => Progress.withMetrics(progress, values))
