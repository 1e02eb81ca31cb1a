import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { epochOfWeights, type CheckpointMeta } from "../checkpointing/Checkpoint.js"
import * as CheckpointEntries from "../checkpointing/CheckpointEntry.js"
import type { LoadedCheckpoint } from "../checkpointing/CheckpointEntry.js"
import * as LoadByPath from "../checkpointing/resume/LoadByPath.js"
import { CheckpointStore, type CheckpointReader } from "../checkpointing/store/CheckpointStore.js"
import type { SplitName } from "../data/Dataset.js"
import { emit } from "../events/Observer.js"
import type * as Pipeline from "../Pipeline.js"
import * as Compatibility from "../training/Compatibility.js"
import { emitDetails, overSplit } from "../training/Evaluation.js"
import { partsOf } from "../training/ModelParts.js"
import * as RestoreState from "../training/RestoreState.js"
import { withWeights, type Run } from "../training/Run.js"
import { rehearse } from "./rehearse.js"
import { RehearsalError } from "./RehearsalError.js"

/** What is evaluated, and on what. */
export interface EvaluateOptions {
  /** The newest or the best checkpoint of the run's folder, or the path of one; the best unless given. */
  readonly checkpoint?: "latest" | "best" | { readonly path: string }
  /** The split; `validation` unless given. */
  readonly split?: SplitName
  /**
   * Whether to continue with each checkpoint that a run, in another process, saves to the folder after it,
   * until that run has ended. By the newest checkpoint, whatever `checkpoint` says.
   */
  readonly watch?: boolean
}

/** What one checkpoint has shown. */
export interface EvaluatedCheckpoint {
  readonly path: string
  /** The epoch and the step in it of the weights; step 0: the end of the epoch. */
  readonly epoch: number
  readonly step: number
  readonly split: SplitName
  readonly metrics: Readonly<Record<string, number>>
  /** What metrics have to show beyond numbers, by name: see `MetricDetail` in docs/stages.md. */
  readonly details: Readonly<Record<string, unknown>>
}

/** How often a folder is looked into. */
const pause = "1 second"

/**
 * Measures the weights of checkpoints on a split, without training: the average of the weights, where
 * the run keeps one. With `watch`, each that a run saves meanwhile, in a process beside it: on a free core
 * that costs training nothing. Each is emitted as the event `Evaluated`. Nothing of the run is touched.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const evaluated = Rehearsal.evaluate(pipeline, { checkpoint: "best", split: "test" }).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const evaluate = <Out, E, R>(
  pipeline: Pipeline.Pipeline<Out, E, R>,
  { checkpoint = "best", split = "validation", watch = false }: EvaluateOptions = {}
) =>
  rehearse(
    pipeline,
    (build) =>
      Effect.gen(function* () {
        const run = yield* build()
        const store = yield* CheckpointStore
        const { checkpoint_dir, checkpoint_mirror } = run.config.training
        const folder = store.openReadOnly(checkpoint_dir, checkpoint_mirror)
        if (watch) return yield* watched(run, folder, split)
        const found = yield* typeof checkpoint === "object"
          ? Effect.map(LoadByPath.loadByPath(checkpoint.path, folder.path), (loaded) => ({
              path: checkpoint.path,
              meta: loaded.meta,
              checkpoint: loaded
            }))
          : Effect.flatMap(folder[checkpoint], (kept) =>
              Option.match(kept, {
                onNone: () =>
                  new RehearsalError({
                    reason: { _tag: "NoCheckpoint", wanted: checkpoint, folder: folder.path }
                  }),
                onSome: Effect.succeed
              })
            )
        return [yield* measure(run, found, split)]
      }).pipe(Effect.scoped),
    true
  )

/** Measures the newest checkpoint of a folder again and again, as it changes. */
const watched = (run: Run, folder: CheckpointReader, split: SplitName) =>
  Effect.gen(function* () {
    const all: Array<EvaluatedCheckpoint> = []
    let seen: string | null = null
    for (;;) {
      const [newest] = CheckpointEntries.newestFirst(CheckpointEntries.intact(yield* folder.list))
      if (newest !== undefined && momentOf(newest.meta) !== seen) {
        const loaded = Option.getOrNull(yield* folder.latest)
        if (loaded !== null) {
          seen = momentOf(loaded.meta)
          all.push(yield* measure(run, loaded, split))
          if (isOver(loaded.meta, run.config.training.num_epochs)) return all
        }
      }
      yield* Effect.sleep(pause)
    }
  })

const momentOf = ({ run_id, saved_at }: Pick<CheckpointMeta, "run_id" | "saved_at">): string =>
  `${run_id} ${saved_at}`

/** Whether a run that was saved so trains no further. */
const isOver = (
  { epoch, position, stopped }: Pick<CheckpointMeta, "epoch" | "position" | "stopped">,
  epochs: number
): boolean => epoch >= epochs || (stopped !== null && position.stage === null)

const measure = (
  run: Run,
  { checkpoint, meta, path }: Pick<LoadedCheckpoint, "checkpoint" | "meta" | "path">,
  split: SplitName
) =>
  Effect.gen(function* () {
    const { weights } = partsOf(run)
    yield* Compatibility.checkArchitecture(checkpoint, path, weights)
    const { average } = meta
    if (average !== undefined) yield* RestoreState.checkWeights(checkpoint, weights, average)
    const { details, metrics } = yield* withWeights(run, checkpoint, overSplit(run, split), average)
    const epoch = epochOfWeights(meta)
    const { global_step } = meta
    yield* emitDetails({ phase: split, epoch, global_step }, details)
    yield* emit({ _tag: "Evaluated", split, epoch, global_step, metrics })
    const { step } = meta
    const evaluated: EvaluatedCheckpoint = { path, epoch, step, split, metrics, details }
    return evaluated
  })
