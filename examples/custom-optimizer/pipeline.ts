/**
 * A custom optimizer, named in config.json: one file, signum.ts, and one line, `optimizer`.
 *
 *   cd examples/custom-optimizer && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --set training.optimizer.beta=0.8
 */
import type * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsData, BlobsModel, blobsNet } from "holdfast/testing"
import { signum } from "./signum.js"

const MyConfig = Config.make({
  training: { optimizer: Optimizer.oneOf(...Optimizer.builtIn, signum) },
  model: BlobsModel,
  data: BlobsData
})
interface MyConfig extends Schema.Schema.Type<typeof MyConfig> {}

export default Pipeline.make(
  "custom-optimizer",
  Stages.loadConfig(MyConfig),
  Stages.loadDataset((config: MyConfig) => blobs(config)),
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
