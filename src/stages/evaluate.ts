import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { epochOfWeights } from "../checkpointing/Checkpoint.js"
import type { SplitName } from "../data/Dataset.js"
import { t } from "../language/Text.js"
import { emit } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { emitDetails, overSplit } from "../training/Evaluation.js"
import { transaction } from "../training/Flush.js"
import { partsOf } from "../training/ModelParts.js"
import * as RestoreState from "../training/RestoreState.js"
import { TypeId, withAverage, withWeights, type Run } from "../training/Run.js"

/**
 * Measures the best model that the run has saved, else the model as it is, on a split: of the average of
 * its weights, where the run keeps one (see `Average`). With `weights`, it measures the weights that the
 * state of that name holds, where it holds them. The summary is emitted, and kept for `Run.summaries`; the run goes to the next stage with its own weights.
 */
export const evaluate = (split: SplitName, options: { readonly weights?: string } = {}) =>
  Stage.make("evaluate", {
    description: t`measure the best model on the ${split} split`,
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    run: (run: Run) =>
      Effect.gen(function* () {
        const checkpointer = run[TypeId]
        const saved = Option.getOrNull(yield* checkpointer.store.best)
        const best = saved?.meta.run_id === run.id ? saved.checkpoint : null
        const measure = overSplit(run, split)
        const weights = options.weights ?? best?.meta.average
        if (best !== null && weights !== undefined) {
          yield* RestoreState.checkWeights(best, partsOf(run).weights, weights)
        }
        const { details, metrics } = yield* best !== null
          ? withWeights(run, best, measure, weights)
          : weights === undefined
            ? transaction(checkpointer, withAverage(run, measure))
            : withWeights(run, weights, measure)
        const at = yield* Checkpointer.progress(checkpointer)
        const epoch = epochOfWeights(best?.meta ?? at)
        const global_step = best?.meta.global_step ?? at.globalStep
        yield* emitDetails({ phase: split, epoch, global_step }, details)
        yield* emit({ _tag: "Evaluated", split, epoch, global_step, metrics })
        yield* Checkpointer.addSummary(checkpointer, { split, epoch, metrics })
        return run
      })
  })
