/**
 * A run whose checkpoints are in an object storage: `Pipeline.provide` puts the store in place of files.
 *
 *   cd examples/custom-store
 *   npx tsx objectServer.ts 9000 &
 *   OBJECT_STORAGE=http://127.0.0.1:9000 npx holdfast run pipeline.ts
 *
 * Stop it with Ctrl+C and run the same command again: it resumes exactly where it was.
 */
import { CheckpointStore, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import process from "node:process"
import { httpStorage } from "./httpStorage.js"

const url = process.env["OBJECT_STORAGE"] ?? "http://127.0.0.1:9000"

/** The pipeline, before it knows where its checkpoints are. */
export const pipeline = Pipeline.make(
  "custom-store",
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

export default pipeline.pipe(Pipeline.provide(CheckpointStore.layer(httpStorage(url))))
