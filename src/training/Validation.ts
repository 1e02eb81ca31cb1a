import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { DataError } from "../data/DataError.js"
import { known } from "../data/Order.js"
import { emit, type Observer } from "../events/Observer.js"
import * as Checkpointer from "./Checkpointer.js"
import type { Diverged } from "./Diverged.js"
import * as Divergence from "./Divergence.js"
import { overSplit, prefixed, type Evaluation } from "./Evaluation.js"
import { transaction } from "./Flush.js"
import type { Progress } from "./Progress.js"
import { TypeId, withAverage, type Run } from "./Run.js"

/** Whether validation is due in the middle of an epoch: `left` steps of it are still to come. */
export const isDue = (
  interval: TrainingConfig["validation_interval"],
  { globalStep, step }: Pick<Progress, "globalStep" | "step">,
  left: number
): boolean => {
  if (interval === null || step === 0 || left === 0) return false
  if (interval >= 1) return globalStep % interval === 0
  const every = interval * (step + left)
  return Math.floor(step / every) > Math.floor((step - 1) / every)
}

/**
 * Measures the validation split: of the average of the weights, where the run keeps one (see `Average`).
 * Fails if the loss has diverged.
 */
export const measure = (
  run: Run
): Effect.Effect<Evaluation, BackendError | DataError | Diverged, Observer> =>
  Effect.gen(function* () {
    const found = yield* withAverage(run, overSplit(run, "validation"))
    if (run.dataset.validation.size > 0) {
      const at = yield* Checkpointer.progress(run[TypeId])
      yield* Divergence.checkLoss(run, at, "val_loss", found.metrics["loss"]!)
    }
    return found
  })

/**
 * Validates between two steps, and reports it. Changes nothing of the run, so that training goes the same
 * with and without it; what is interrupted is validated again on resumption.
 */
export const betweenSteps = (run: Run, { epoch, globalStep, step }: Progress, left: number) =>
  Effect.gen(function* () {
    const started = performance.now()
    const { metrics } = yield* transaction(run[TypeId], measure(run))
    yield* emit({
      _tag: "Validated",
      epoch: epoch + 1,
      epochs: run.config.training.num_epochs,
      step,
      steps: known(step + left),
      global_step: globalStep,
      metrics: prefixed("val", metrics)
    })
    const seconds = (performance.now() - started) / 1000
    yield* Checkpointer.advance(run[TypeId], (progress) => ({
      ...progress,
      position: { ...progress.position, seconds: progress.position.seconds + seconds }
    }))
  })
