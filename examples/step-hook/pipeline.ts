/**
 * A hook at each training step: measures the norm of the gradients, and warns when the loss jumps.
 *
 *   cd examples/step-hook && npx holdfast run pipeline.ts
 */
import { emit, Objective, Optimizer, Pipeline, Run, Scheduler, StepHook, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** How many times its running mean a loss may be. */
const limit = 1.3

/**
 * Counts the steps whose loss is far above the running mean. Its state is part of every checkpoint, so
 * that an interrupted run counts as if it had not been interrupted.
 */
const spikes = StepHook.stateful("spikes", {
  state: Schema.Struct({ mean: Schema.NullOr(Schema.Number), count: Schema.Int }),
  initial: { mean: null, count: 0 },
  afterStep: ({ metrics, position, run }, { count, mean }) =>
    Effect.gen(function* () {
      const loss = metrics?.["loss"]
      if (loss === undefined) return { mean, count }
      const isSpike = mean !== null && loss > limit * mean
      const next = { mean: mean === null ? loss : 0.9 * mean + 0.1 * loss, count: count + +isSpike }
      if (isSpike) {
        const message = `the loss jumped to ${loss.toFixed(2)} at step ${position.globalStep}`
        yield* emit({ _tag: "Notice", level: "warning", message })
      }
      // Part of the epoch's record, beside train_loss.
      yield* Run.logMetrics(run, { spikes: next.count })
      return next
    })
})

/** Measures `train_gradient_norm`. What is computed from the gradients is read with the loss. */
const norms = StepHook.make("norms", { measures: { gradient_norm: StepHook.gradientNorm } })

export default Pipeline.make(
  "step-hook",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpochWith({ hooks: [norms, spikes] }),
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
