/**
 * Trains the network. The second pipeline, predict.ts, uses it; what they share is in stages.ts.
 *
 *   cd examples/second-pipeline && npx holdfast run pipeline.ts
 */
import { Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { config, data, network } from "./stages.js"

export default Pipeline.make(
  "second-pipeline",
  config,
  data,
  Stages.restoreOrInit({
    ...network,
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
