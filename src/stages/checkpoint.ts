import * as Effect from "effect/Effect"
import { bestsOf } from "../checkpointing/CheckpointEntry.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import * as Stage from "../Stage.js"
import { t } from "../language/Text.js"
import { metricOf } from "../training/MetricError.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { save, TypeId, type Run } from "../training/Run.js"
import * as SavePolicy from "../training/SavePolicy.js"

/**
 * Saves the run when `training.save_interval` says so, at the end, whenever this epoch is the best so
 * far, and whenever it is one to keep. As the last stage of an epoch it records the epoch as finished.
 */
export const checkpoint = Stage.make("checkpoint", {
  description: t`save the run, and the best model, when it is time to`,
  takes: Stage.takesRun,
  gives: Stage.takesRun.what,
  role: {
    provides: ["save"],
    measures: [],
    monitors: ({ training }) => keptBy(training)
  },
  run: (run: Run) =>
    Effect.gen(function* () {
      const before = yield* Checkpointer.progress(run[TypeId])
      for (const { by, metric } of keptBy(run.config.training)) yield* metricOf(run, metric, by)
      const due = SavePolicy.dueAtEpochEnd(run.config.training, {
        epoch: before.epoch + 1,
        globalStep: before.globalStep,
        secondsSinceSave: yield* Checkpointer.secondsSinceSave(run[TypeId]),
        metrics: before.position.metrics,
        history: before.history,
        best: before.best,
        isStopped: before.stopReason !== null
      })
      if (due.best) yield* save(run, "best")
      for (const [name, { epoch }] of bestsOf({ best: null, bests: before.bests })) {
        if (epoch === before.epoch + 1) yield* save(run, name)
      }
      if (due.latest) yield* save(run, "latest")
      return run
    })
})

/** What retention looks at when a checkpoint is saved. */
const keptBy = ({ keep_best_by }: TrainingConfig): ReadonlyArray<Stage.Monitored> =>
  keep_best_by === null ? [] : [{ metric: keep_best_by.metric, by: "training.keep_best_by" }]
