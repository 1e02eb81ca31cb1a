import * as Effect from "effect/Effect"
import * as Stage from "../Stage.js"
import { metricOf } from "../training/MetricError.js"
import { metrics, type Run } from "../training/Run.js"

/** Lets the scheduler set the learning rate of the next epoch. */
export const stepScheduler = Stage.make("stepScheduler", {
  description: "set the learning rate of the next epoch",
  run: (run: Run) =>
    Effect.gen(function* () {
      const { watches } = run.scheduler
      if (watches !== null) yield* metricOf(run, watches, `the scheduler ${run.scheduler.name}`)
      run.scheduler.step(yield* metrics(run))
      return run
    })
})
