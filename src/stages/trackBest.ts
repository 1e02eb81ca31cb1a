import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stage from "../Stage.js"
import { metricOf } from "../training/MetricError.js"
import { isBetter } from "../training/Progress.js"
import type { Run } from "../training/Run.js"

/** Notes when `metric` is the best so far; the checkpoint stage then saves the best model. */
export const trackBest = (options: { readonly metric: string; readonly mode: "min" | "max" }) =>
  Stage.make("trackBest", {
    description: `note when ${options.metric} is the ${options.mode === "min" ? "lowest" : "highest"} so far`,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    role: {
      provides: ["best"],
      before: ["save"],
      measures: [],
      monitors: () => [{ metric: options.metric, by: "trackBest" }]
    },
    run: (run: Run) =>
      Effect.gen(function* () {
        const value = yield* metricOf(run, options.metric, "trackBest")
        yield* Ref.update(run.progress, (progress) =>
          isBetter(value, progress.best, options.mode)
            ? { ...progress, best: { ...options, value, epoch: progress.epoch + 1 } }
            : progress
        )
        return run
      })
  })
