/**
 * Learning rates that change at each step: a warm-up in front of a custom schedule, inverseSqrt.ts, or of a
 * built-in one: one_cycle, cycles of cosines, or a table.
 *
 *   cd examples/step-schedule && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --set training.scheduler=one_cycle --set training.warmup_steps=0
 *   npx holdfast run pipeline.ts --config cycles.json
 *   npx holdfast run pipeline.ts --config table.json
 */
import type * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsData, BlobsModel, blobsNet } from "holdfast/testing"
import { inverseSqrt } from "./inverseSqrt.js"

const MyConfig = Config.make({
  training: { scheduler: Scheduler.oneOf(...Scheduler.builtIn, inverseSqrt) },
  model: BlobsModel,
  data: BlobsData
})
interface MyConfig extends Schema.Schema.Type<typeof MyConfig> {}

export default Pipeline.make(
  "step-schedule",
  Stages.loadConfig(MyConfig),
  Stages.loadDataset((config: MyConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  // No Stages.stepScheduler: these rates follow from the position alone.
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
