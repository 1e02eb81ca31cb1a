import * as Effect from "effect/Effect"
import { stepsFrom } from "../data/Order.js"
import type * as Pipeline from "../Pipeline.js"
import { curve, type Curve } from "../training/schedule/Curve.js"
import { rehearse } from "./rehearse.js"
import { RehearsalError } from "./RehearsalError.js"

/** The schedule of a pipeline, and the learning rates of its run. */
export interface LearningRates extends Curve {
  readonly scheduler: string
  /** The metric that the schedule goes by, which is not measured here; null: none. */
  readonly monitor: string | null
}

/**
 * The learning rates of the run of a pipeline, by its config and its data. Nothing is trained.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const rates = Rehearsal.learningRates(pipeline).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const learningRates = <Out, E, R>(pipeline: Pipeline.Pipeline<Out, E, R>) =>
  rehearse(
    pipeline,
    (build) =>
      Effect.gen(function* () {
        const { config, dataset, scheduler } = yield* build()
        // A schedule of a stream of unknown length goes by epochs, of whatever steps.
        const steps = stepsFrom(0, dataset.train.size, config.training)
        const stepsPerEpoch = steps === Infinity ? 100 : steps
        if (stepsPerEpoch === 0) return yield* new RehearsalError({ reason: { _tag: "NoData" } })
        const { monitor, name } = scheduler
        const rates = curve(scheduler, { epochs: config.training.num_epochs, stepsPerEpoch })
        const found: LearningRates = { scheduler: name, monitor, ...rates }
        return found
      }).pipe(Effect.scoped),
    true
  )
