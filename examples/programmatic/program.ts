/**
 * Trains in code, without the command line: runs a pipeline, stops it, resumes it, and reads its
 * checkpoints.
 *
 *   npx tsx examples/programmatic/main.ts
 */
import {
  Checkpoints,
  Holdfast,
  Objective,
  Observer,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { fileURLToPath } from "node:url"

const pipeline = Pipeline.make(
  "programmatic",
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
  Stages.evaluate("test")
)

/** Trains into `folder` in two sittings. */
export const program = Effect.fn("program")(function* (folder: string) {
  const options = {
    config: fileURLToPath(new URL("config.json", import.meta.url)),
    set: { "training.checkpoint_dir": folder }
  }

  // Whoever runs a pipeline can stop it at any moment: an interruption saves it first.
  const secondEpoch = yield* Deferred.make<void>()
  const observer = Observer.make((event) =>
    event._tag === "StepFinished" && event.epoch === 2
      ? Deferred.succeed(secondEpoch, undefined)
      : Effect.void
  )
  const fiber = yield* Effect.fork(Holdfast.run(pipeline, { ...options, observer }))
  yield* Deferred.await(secondEpoch)
  yield* Fiber.interrupt(fiber)

  // The same call resumes from the latest checkpoint.
  const run = yield* Holdfast.run(pipeline, options)
  const [summary] = yield* Run.summaries(run)

  // Checkpoints are read with the store alone: no backend starts.
  return yield* Effect.gen(function* () {
    const { best, latest } = yield* Checkpoints.open(folder)
    const { checkpoint, path } = Option.getOrThrow(yield* latest)
    const { meta } = Option.getOrThrow(yield* best)
    const health = yield* Checkpoints.verify(folder)
    return {
      metrics: summary!.metrics,
      latest: path,
      weights: [...checkpoint.tensors.keys()].filter((name) => name.startsWith("model_")),
      bestEpoch: meta.epoch,
      checkpoints: health.length
    }
  }).pipe(Effect.provide(Holdfast.fileStore))
})
