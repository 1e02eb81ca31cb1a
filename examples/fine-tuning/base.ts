/**
 * Trains the base: which of seven corners of a cube is a point near? The second pipeline, pipeline.ts,
 * fine-tunes it.
 *
 *   cd examples/fine-tuning && npx holdfast run base.ts --config base.json
 */
import { type ModelInput, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig } from "holdfast/testing"
import * as tf from "holdfast/tf"

/** The layers that both models have. Weights are loaded by the names of their layers. */
export const baseLayers = (units: number, inputShape: ReadonlyArray<number>) => [
  tf.layers.dense({ name: "base_1", units, inputShape: [...inputShape], activation: "relu" }),
  tf.layers.dense({ name: "base_2", units, activation: "relu" })
]

const classifier = ({ classes, config, inputShape }: ModelInput<BlobsConfig>) =>
  tf.sequential({
    layers: [
      ...baseLayers(config.model.units, inputShape),
      tf.layers.dense({ name: "corners", units: classes.length })
    ]
  })

export default Pipeline.make(
  "fine-tuning-base",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: classifier,
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
