import * as Effect from "effect/Effect"
import { isFurther } from "../checkpointing/FileNames.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import * as Stage from "../Stage.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { EpochContext } from "../training/EpochContext.js"
import { metricOf } from "../training/MetricError.js"
import { isSame, startsOver, wrongMode, type Mode } from "../training/Monitor.js"
import { bestUnder, isBetter, withBest } from "../training/Progress.js"
import { TypeId, type Run } from "../training/Run.js"
import { refuse } from "../training/StageError.js"

const unnamed = "trackBest"

/** The name under which the best by a stage of this name is kept, where it is not the first. */
const further = (name: string): string => (name.startsWith("best_") ? name : `best_${name}`)

/**
 * Notes when `metric` is the best so far; the checkpoint stage then saves the best model. Resumed
 * with another metric or mode, it starts over, and says so.
 *
 * The first of an epoch keeps `best_model`, which is what `--resume best` and `evaluate` mean by the
 * best. Others take a `name`, and keep a file of that name: `best_accuracy` for `accuracy`.
 */
export const trackBest = ({
  metric,
  mode,
  name = unnamed
}: {
  readonly metric: string
  readonly mode: Mode
  readonly name?: string
}) => {
  const alias = further(name)
  if (!isFurther(alias)) refuse({ _tag: "Name", stage: unnamed, name }, trackBest)
  const wrong = wrongMode(mode)
  if (wrong !== null) refuse({ _tag: "Option", stage: name, ...wrong }, trackBest)
  // Two that would keep the same file have the same state, which `epochs` refuses.
  const state = name === unnamed ? name : alias
  return Stage.make(name, {
    description:
      mode === "min"
        ? t`note when ${metric} is the lowest so far`
        : t`note when ${metric} is the highest so far`,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    role: {
      provides: ["best"],
      before: ["save"],
      alongside: ["save"],
      measures: [],
      monitors: () => [{ metric, by: name }],
      state
    },
    run: (run: Run) =>
      Effect.gen(function* () {
        const value = yield* metricOf(run, metric, name)
        const { primary } = yield* EpochContext
        const isFirst = (primary ?? state) === state
        const under = isFirst ? "best" : alias
        const progress = yield* Checkpointer.progress(run[TypeId])
        const best = bestUnder(progress, under)
        const isOther = best !== null && !isSame(best, { metric, mode })
        const before = isOther ? null : best
        const now = isBetter(value, before, mode)
          ? { metric, mode, value, epoch: progress.epoch + 1 }
          : before
        yield* Checkpointer.advance(run[TypeId], (after) => withBest(after, under, now))
        if (isOther) yield* warn("MonitorChanged", startsOver(name, best, { metric, mode }))
        return run
      })
  })
}
