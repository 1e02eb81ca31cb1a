/**
 * The exponential moving average of the weights (EMA), or the mean of the weights of the last epochs
 * (stochastic weight averaging, SWA): `training.ema` and `training.swa`. Validation measures the average,
 * and the best model is the best average, when it is evaluated and when it is restored.
 *
 *   cd examples/ema && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --config swa.json
 *
 * In code the same is an option of restoreOrInit: `averages: () => [Average.ema({ decay: 0.9 })]`.
 */
import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"

export default Pipeline.make(
  "ema",
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
