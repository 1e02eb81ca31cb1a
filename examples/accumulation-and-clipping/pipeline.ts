/**
 * Accumulates the gradients of three steps into one update, as if the batch were three times as large,
 * limits their norm to 1, and adds a little noise. All are fields of `training`: see config.json.
 *
 *   cd examples/accumulation-and-clipping && npx holdfast run pipeline.ts
 *
 * An epoch of 20 steps leaves two over, which count toward the first update of the next epoch. Where a
 * run is interrupted between two updates, the sums so far are part of the checkpoint. The noise follows
 * from the seed and the step.
 *
 * In code the same is a chain, which can have links of its own:
 * `Optimizer.chain(Optimizer.accumulate(3), Optimizer.clipByGlobalNorm(1), Optimizer.gradientNoise({}),
 * Optimizer.adam.make({}))`.
 */
import { Objective, Optimizer, Pipeline, Scheduler, StepHook, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"

/** Measures `train_gradient_norm`: that of each batch, before accumulation and clipping. */
const norms = StepHook.make("norms", { measures: { gradient_norm: StepHook.gradientNorm } })

export default Pipeline.make(
  "accumulation-and-clipping",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    // Reads gradient_accumulation_steps, gradient_clip and gradient_noise.
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpochWith({ hooks: [norms] }),
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
