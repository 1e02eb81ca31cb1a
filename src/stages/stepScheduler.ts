import * as Effect from "effect/Effect"
import * as Stage from "../Stage.js"
import { t } from "../language/Text.js"
import { metricOf } from "../training/MetricError.js"
import { metrics, type Run } from "../training/Run.js"
import type { Scheduler } from "../training/Scheduler.js"

const watchedBy = ({ name, monitor }: Scheduler): ReadonlyArray<Stage.Monitored> =>
  monitor === null ? [] : [{ metric: monitor, by: t`the scheduler ${name}` }]

/**
 * Advances the state of the schedule by the metrics of the epoch, on which the learning rate depends
 * from the next epoch on. A schedule without a state, such as cosine, does not need it.
 */
export const stepScheduler = Stage.make("stepScheduler", {
  description: t`advance the state of the learning rate schedule`,
  takes: Stage.takesRun,
  gives: Stage.takesRun.what,
  role: {
    provides: ["schedule"],
    measures: [],
    monitors: ({ scheduler }) => watchedBy(scheduler)
  },
  run: (run: Run) =>
    Effect.gen(function* () {
      for (const { by, metric } of watchedBy(run.scheduler)) yield* metricOf(run, metric, by)
      run.scheduler.step(yield* metrics(run))
      return run
    })
})
