import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { fetch } from "../data/Dataset.js"
import { batchAt, permutation } from "../data/Order.js"
import { emit } from "../observe/Observer.js"
import * as Stage from "../Stage.js"
import { means, prefixed } from "../training/Evaluation.js"
import * as Progress from "../training/Progress.js"
import * as Random from "../training/Random.js"
import { measured, type Run } from "../training/Run.js"
import { SaveRequest } from "../training/SaveRequest.js"
import { breathe } from "../training/Saver.js"
import { save } from "../training/Saving.js"
import { train } from "../training/TrainStep.js"

/**
 * Trains on the examples of the epoch that are still due, in the order that the seed gives it, and
 * saves between two steps when it is asked to.
 * Measures `train_loss`, the objective's other metrics likewise, and `learning_rate`.
 */
export const trainEpoch = Stage.make("trainEpoch", {
  description: "train on every example once, in a new order",
  resumable: true,
  run: (run: Run) =>
    Effect.gen(function* () {
      const saveRequest = yield* SaveRequest
      const { epoch } = yield* Ref.get(run.progress)
      const { size } = run.dataset.train
      // A function of the seed and the epoch, so that any place in it is reached at once.
      const order = permutation(size, Random.generator(run.random, "shuffle", epoch))
      let progress = yield* Ref.get(run.progress)
      while (progress.position.example < size) {
        const started = performance.now()
        yield* step(run, order, progress)
        progress = yield* Ref.get(run.progress)
        if (yield* saveRequest.take) yield* save(run, "latest")
        yield* breathe(run.saver, started)
      }
      yield* measured(run, {
        ...prefixed("train", means(progress.position.sums, size)),
        learning_rate: run.scheduler.learningRate()
      })
      return run
    })
})

const step = Effect.fnUntraced(function* (run: Run, order: Int32Array, before: Progress.Progress) {
  const { num_epochs, batch_size } = run.config.training
  const started = performance.now()
  const { example } = before.position
  const at = { epoch: before.epoch, step: before.step }
  const draw = Random.generator(run.random, "augment", at.epoch, at.step)
  const batch = yield* fetch(run.dataset, "train", batchAt(order, example, batch_size), draw)

  // Weights, optimizer and place change together or, as far as a flush can see, not at all.
  const after = yield* Effect.uninterruptible(
    Effect.gen(function* () {
      yield* Ref.set(run.boundary, "torn")
      const sums = yield* train(run, batch, at)
      const seconds = (performance.now() - started) / 1000
      const next = Progress.afterStep(before, { examples: batch.size, sums, seconds })
      yield* Ref.set(run.progress, next)
      yield* Ref.set(run.boundary, null)
      return next
    })
  )
  yield* emit({
    _tag: "StepFinished",
    phase: "train",
    epoch: after.epoch + 1,
    epochs: num_epochs,
    step: after.step,
    steps: after.step + Math.ceil((order.length - after.position.example) / batch_size),
    loss: after.position.sums["loss"]! / after.position.example,
    examples: batch.size
  })
})
