/**
 * Trains on a custom backend, which times its kernels, and prints where the time went.
 *
 *   cd examples/custom-backend && npx holdfast run pipeline.ts
 */
import { emit, Objective, Optimizer, Pipeline, Scheduler, Stage, Stages, type Run } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as Effect from "effect/Effect"
import { profiler, timings } from "./profiler.js"

/** Prints the five kernels that took the most time. */
const report = Stage.make("report", {
  description: "print the slowest kernels",
  run: (run: Run.Run<BlobsConfig>) =>
    Effect.gen(function* () {
      const slowest = [...timings]
        .sort(([, a], [, b]) => b.milliseconds - a.milliseconds)
        .slice(0, 5)
      for (const [kernel, { calls, milliseconds }] of slowest) {
        const message = `${kernel}: ${calls} calls, ${milliseconds.toFixed(1)} ms`
        yield* emit({ _tag: "Notice", level: "info", message })
      }
      return run
    })
})

export default Pipeline.make(
  "custom-backend",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  report,
  Stages.evaluate("test")
).pipe(Pipeline.provide(profiler))
