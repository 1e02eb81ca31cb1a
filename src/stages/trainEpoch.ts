import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fetch } from "../data/Dataset.js"
import { batchAt, permutation } from "../data/Order.js"
import { t } from "../language/Text.js"
import { emit, Observer } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { Diverged } from "../training/Diverged.js"
import { means, prefixed } from "../training/Evaluation.js"
import { markUnsaveable } from "../training/Flush.js"
import * as Progress from "../training/Progress.js"
import * as Random from "../training/Random.js"
import { logMetrics, TypeId, type Run } from "../training/Run.js"
import { learningRate } from "../training/RunFields.js"
import { SaveRequest } from "../training/SaveRequest.js"
import * as SavePolicy from "../training/SavePolicy.js"
import { inputOf, phases } from "../training/TrainStep.js"

/**
 * Trains on the examples of the epoch that are still due, in the order that the seed gives it, and
 * saves between two steps when it is asked to.
 * Measures `train_loss`, the objective's other metrics likewise, and `learning_rate`.
 */
export const trainEpoch = Stage.make("trainEpoch", {
  description: t`train on every example once, in a new order`,
  resumable: true,
  takes: Stage.takesRun,
  gives: Stage.takesRun.what,
  role: {
    provides: ["training"],
    // What they look at or save would else be of the weights from before.
    before: ["validation", "schedule", "best", "stop", "save"],
    measures: (metrics) => [...metrics.map((name) => `train_${name}`), "learning_rate"]
  },
  run: (run: Run) =>
    Effect.gen(function* () {
      const saveRequest = yield* SaveRequest
      const observer = yield* Observer
      const { batch_size, num_epochs, save_interval } = run.config.training
      const every = SavePolicy.intervals(save_interval).filter(({ unit }) => unit !== "epochs")
      const checkpointer = run[TypeId]
      let progress = yield* Checkpointer.progress(checkpointer)
      const { epoch } = progress
      const { size } = run.dataset.train
      // A function of the seed and the epoch, so that any place in it is reached at once.
      const order = yield* permutation(size, Random.generator(run.random, "shuffle", epoch))
      while (progress.position.example < size) {
        const started = performance.now()
        const { example } = progress.position
        progress = yield* step(run, order, progress)
        yield* observer.emit({
          _tag: "StepFinished",
          phase: "train",
          epoch: epoch + 1,
          epochs: num_epochs,
          step: progress.step,
          steps: progress.step + Math.ceil((size - progress.position.example) / batch_size),
          loss: (progress.position.sums["loss"] ?? Number.NaN) / Progress.counted(progress),
          examples: progress.position.example - example
        })
        const isAsked = yield* saveRequest.take
        if (
          isAsked ||
          (yield* Checkpointer.isStoreRemade(checkpointer)) ||
          (every.length > 0 && (yield* isDue(run, every, progress)))
        )
          yield* Checkpointer.save(checkpointer, "latest")
        yield* Checkpointer.yieldToEventLoop(checkpointer, started)
      }
      const { sums } = progress.position
      yield* logMetrics(run, {
        ...prefixed("train", means({ loss: NaN, ...sums }, Progress.counted(progress))),
        learning_rate: learningRate(run, progress)
      })
      return run
    })
})

/** The end of the epoch is soon, and what it measures is worth having in the checkpoint. */
const isDue = (
  run: Run,
  every: ReadonlyArray<SavePolicy.Interval>,
  { globalStep, position }: Progress.Progress
) =>
  position.example >= run.dataset.train.size
    ? Effect.succeed(false)
    : Effect.map(Checkpointer.secondsSinceSave(run[TypeId]), (secondsSinceSave) =>
        SavePolicy.isDueAfterStep(every, { globalStep, secondsSinceSave })
      )

/**
 * One step from `before` on; gives where the run then stands. Weights, optimizer and place change
 * together or, as far as a flush can see, not at all.
 */
const step = (run: Run, order: Int32Array, before: Progress.Progress) =>
  Effect.uninterruptibleMask((restore) => advance(run, order, before, restore))

// The batch, which may be large, is fetched in here: what is given to an uninterruptible effect V8
// keeps until it next goes through the whole heap, and would do so every some dozen steps.
const advance = Effect.fnUntraced(function* (
  run: Run,
  order: Int32Array,
  before: Progress.Progress,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
) {
  const started = performance.now()
  const due = batchAt(order, before.position.example, run.config.training.batch_size)
  const draw = Random.generator(run.random, "augment", before.epoch, before.step)
  const batch = yield* restore(fetch(run.dataset, "train", due, draw))
  const sums = yield* Effect.tapErrorCause(phases(inputOf(run, batch, before)), (cause) => {
    const failure = Option.getOrNull(Cause.failureOption(cause))
    const why = failure instanceof Diverged ? "Diverged" : "Inconsistent"
    return markUnsaveable(run[TypeId], why)
  })
  const done = { examples: batch.size, seconds: (performance.now() - started) / 1000 }
  if (sums === null) {
    const message = t`step ${before.step + 1} of epoch ${before.epoch + 1} has diverged and is skipped`
    yield* emit({ _tag: "Notice", level: "warning", message })
  }
  return yield* Checkpointer.advance(run[TypeId], (progress) =>
    sums === null
      ? Progress.afterSkip(progress, done)
      : Progress.afterStep(progress, { ...done, sums })
  )
})
