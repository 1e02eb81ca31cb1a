import * as Effect from "effect/Effect"
import * as Stage from "../Stage.js"
import { t } from "../language/Text.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { emitDetails, prefixed } from "../training/Evaluation.js"
import { logMetrics, TypeId, type Run } from "../training/Run.js"
import * as Validation from "../training/Validation.js"

/**
 * Measures `val_loss`, and the objective's other metrics likewise, on the validation split: of the average
 * of the weights, where the run keeps one (see `Average`).
 */
export const validate = Stage.make("validate", {
  description: t`measure the loss and the metrics on the validation split`,
  takes: Stage.takesRun,
  gives: Stage.takesRun.what,
  role: {
    provides: ["validation"],
    measures: (metrics) => metrics.map((name) => `val_${name}`)
  },
  run: (run: Run) =>
    Effect.gen(function* () {
      const { details, metrics } = yield* Validation.measure(run)
      const { epoch, globalStep } = yield* Checkpointer.progress(run[TypeId])
      const of = { phase: "validation", epoch: epoch + 1, global_step: globalStep } as const
      yield* emitDetails(of, details)
      yield* logMetrics(run, prefixed("val", metrics))
      return run
    })
})
