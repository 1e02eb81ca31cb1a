import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { bestsOf } from "../checkpoint/Candidate.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import * as Stage from "../Stage.js"
import { metricOf } from "../training/MetricError.js"
import * as Progress from "../training/Progress.js"
import type { Run } from "../training/Run.js"
import { save } from "../training/Saving.js"

/**
 * Saves the run after every `training.save_interval` epochs and at the end, and whenever this epoch
 * is the best so far. As the last stage of an epoch it records the epoch as finished.
 */
export const checkpoint = Stage.make("checkpoint", {
  description: "save the run, and the best model, when it is time to",
  takes: Stage.takesRun,
  gives: Stage.takesRun.what,
  role: {
    provides: ["save"],
    measures: [],
    monitors: ({ training }) => keptBy(training)
  },
  run: (run: Run) =>
    Effect.gen(function* () {
      const before = yield* Ref.get(run.progress)
      const { num_epochs, save_interval } = run.config.training
      for (const { by, metric } of keptBy(run.config.training)) yield* metricOf(run, metric, by)
      const due = savesDue({
        epoch: before.epoch + 1,
        epochs: num_epochs,
        interval: save_interval,
        isBest: before.best?.epoch === before.epoch + 1,
        isStopped: before.stopped !== null
      })
      const after = Progress.afterStage(before, yield* Ref.get(run.nextStage), 0)
      if (due.best) yield* save(run, "best", after)
      for (const [name, { epoch }] of bestsOf({ best: null, bests: before.bests })) {
        if (epoch === before.epoch + 1) yield* save(run, name, after)
      }
      if (due.latest) yield* save(run, "latest", after)
      return run
    })
})

/** What retention looks at when a checkpoint is saved. */
const keptBy = ({ keep_best_by }: TrainingConfig): ReadonlyArray<Stage.Monitored> =>
  keep_best_by === null ? [] : [{ metric: keep_best_by.metric, by: "training.keep_best_by" }]

/** Which checkpoints are to be written as epoch number `epoch` ends. */
export const savesDue = (options: {
  readonly epoch: number
  readonly epochs: number
  readonly interval: number
  readonly isBest: boolean
  readonly isStopped: boolean
}): { readonly latest: boolean; readonly best: boolean } => ({
  best: options.isBest,
  latest:
    options.epoch % options.interval === 0 || options.epoch >= options.epochs || options.isStopped
})
