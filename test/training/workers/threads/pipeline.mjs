// What the threads of Threads.e2e.test.ts load: the model of the blobs, by the compiled package.
import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"

export default Pipeline.make(
  "blobs",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset(blobs),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch)
)
