/** A pipeline whose batches take as many milliseconds as `BATCH` in the environment says. */
import * as Effect from "effect/Effect"
import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"

const pause = Number(process.env["BATCH"] ?? 0)

const load = (config: BlobsConfig) =>
  Effect.map(blobs(config), (data) => ({
    ...data,
    train: {
      ...data.train,
      batch: (...given: Parameters<typeof data.train.batch>) =>
        Effect.delay(data.train.batch(...given), pause)
    }
  }))

export default Pipeline.make(
  "blobs",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch, Stages.validate, Stages.stepScheduler, Stages.checkpoint)
)
