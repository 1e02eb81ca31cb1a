import * as Effect from "effect/Effect"
import { batchAt, following, stepsFrom } from "../data/Order.js"
import { fetch } from "../data/Dataset.js"
import { setAside } from "../backends/tfjs/layers/LayerStates.js"
import type { Sized } from "../data/Batch.js"
import type * as Pipeline from "../Pipeline.js"
import { t } from "../language/Text.js"
import { orderOf } from "../training/EpochBatches.js"
import { partsOf } from "../training/ModelParts.js"
import * as Progress from "../training/Progress.js"
import type { Run } from "../training/Run.js"
import * as TrainStep from "../training/TrainStep.js"
import { rehearse, show, takeStep } from "./rehearse.js"
import { RehearsalError } from "./RehearsalError.js"

/** On how many batches, and how long. */
export interface OverfitOptions {
  /** How many batches are trained on, the same ones again and again; 1 unless given. */
  readonly batches?: number
  /** How often each of them at most; 1000 unless given. */
  readonly passes?: number
}

export interface Overfit {
  readonly batches: number
  readonly steps: number
  /** The mean loss of the batches in the first pass, and at the end: in training or in use, the lower. */
  readonly first: number
  readonly last: number
}

/** What part of the first loss is near zero. */
const near = 0.05

/**
 * Trains a run from scratch on the same few batches, until the loss is a twentieth of where it began: what
 * a model that can learn at all does. Without augmentation, label smoothing, mixup and schedule, which
 * hold it back. Fails with `NotOverfit` where the loss does not get there. Nothing of the pipeline's run
 * is touched.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const check = Rehearsal.overfit(pipeline, { batches: 1 }).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const overfit = <Out, E, R>(
  pipeline: Pipeline.Pipeline<Out, E, R>,
  { batches = 1, passes = 1000 }: OverfitOptions = {}
) =>
  Effect.gen(function* () {
    const wrong = Object.entries({ batches, passes }).find(
      ([, value]) => !Number.isInteger(value) || value < 1
    )
    if (wrong !== undefined) {
      const [option, found] = wrong
      const allowed = t`an integer of at least 1`
      return yield* new RehearsalError({ reason: { _tag: "Option", option, found, allowed } })
    }
    return yield* rehearse(pipeline, (build) =>
      Effect.gen(function* () {
        const built = yield* build({
          label_smoothing: 0,
          mixup: 0,
          drop_last: false,
          sampler: { name: "shuffle" }
        })
        const { dataset, objective } = built
        const { batch_size, learning_rate } = built.config.training
        if ("phases" in objective && objective.phases.length > 1) {
          return yield* new RehearsalError({ reason: { _tag: "Phases" } })
        }
        const there = stepsFrom(0, dataset.train.size, built.config.training)
        if (there === 0) return yield* new RehearsalError({ reason: { _tag: "NoData" } })
        const run = {
          ...built,
          scheduler: { ...built.scheduler, learningRate: () => learning_rate }
        }
        const order = yield* orderOf(run, 0)
        const count = Math.min(batches, there)
        const found = yield* Effect.forEach(Array.from({ length: count }), (_, i) => {
          const first = i * batch_size
          const indices =
            order === null ? following(first, batch_size) : batchAt(order, first, batch_size)
          return fetch(dataset, "train", indices)
        })
        // A stream may hold fewer.
        const held = found.filter(({ size }) => size > 0)
        let globalStep = 0
        let [first, last] = [Number.NaN, Number.NaN]
        for (let pass = 0; pass < passes && !(last <= near * first); pass++) {
          let [sum, examples] = [0, 0]
          for (const batch of held) {
            const at = { ...Progress.initial, step: globalStep, globalStep }
            sum += batch.size * (yield* takeStep(run, batch, at))
            examples += batch.size
            globalStep += 1
            yield* show(globalStep, count * passes, sum / examples, batch.size)
          }
          last = sum / examples
          if (pass === 0) first = last
          // Dropout keeps the loss of training up, however well the model has learned.
          if ((pass + 1) % 10 === 0 || pass + 1 === passes) {
            last = Math.min(last, yield* lossInUse(run, held))
          }
        }
        const result: Overfit = { batches: count, steps: globalStep, first, last }
        return last <= near * first
          ? result
          : yield* new RehearsalError({ reason: { _tag: "NotOverfit", ...result } })
      }).pipe(Effect.scoped)
    )
  })

/** The mean loss of batches with layers as in use: without dropout. */
const lossInUse = (run: Run, batches: ReadonlyArray<Sized>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => setAside(partsOf(run).statefulLayers)),
    () =>
      Effect.gen(function* () {
        let [sum, examples] = [0, 0]
        for (const batch of batches) {
          const measured = yield* TrainStep.evaluate(
            TrainStep.inputOf(run, batch, Progress.initial)
          )
          sum += batch.size * measured["loss"]![0]!
          examples += batch.size
        }
        return sum / examples
      }),
    (putBack) => Effect.sync(putBack)
  )
