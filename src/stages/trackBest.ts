import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { emit } from "../observe/Observer.js"
import * as Stage from "../Stage.js"
import { metricOf } from "../training/MetricError.js"
import { isSame, startsOver, type Mode } from "../training/Monitor.js"
import { isBetter } from "../training/Progress.js"
import type { Run } from "../training/Run.js"

/**
 * Notes when `metric` is the best so far; the checkpoint stage then saves the best model. Resumed
 * with another metric or mode, it starts over, and says so.
 */
export const trackBest = ({
  metric,
  mode,
  name = "trackBest"
}: {
  readonly metric: string
  readonly mode: Mode
  readonly name?: string
}) =>
  Stage.make(name, {
    description: `note when ${metric} is the ${mode === "min" ? "lowest" : "highest"} so far`,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    role: {
      provides: ["best"],
      before: ["save"],
      alongside: ["save"],
      measures: [],
      monitors: () => [{ metric, by: name }],
      state: name
    },
    run: (run: Run) =>
      Effect.gen(function* () {
        const value = yield* metricOf(run, metric, name)
        const { best, epoch } = yield* Ref.get(run.progress)
        const isOther = best !== null && !isSame(best, { metric, mode })
        const before = isOther ? null : best
        const now = isBetter(value, before, mode)
          ? { metric, mode, value, epoch: epoch + 1 }
          : before
        yield* Ref.update(run.progress, (progress) => ({ ...progress, best: now }))
        if (isOther) {
          const message = startsOver(name, best, { metric, mode })
          yield* emit({ _tag: "Notice", level: "warning", message })
        }
        return run
      })
  })
