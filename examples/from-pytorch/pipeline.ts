/**
 * Trains on where a script of PyTorch stopped. pretrained.pth is its checkpoint, made by train.py: a run that
 * starts has its weights, in our layout, and the state of its AdamW. The layers are found by their order and
 * shapes.
 *
 *   cd examples/from-pytorch && npx holdfast import pretrained.pth
 *   npx holdfast import pretrained.pth pipeline.ts --dry-run
 *   npx holdfast run pipeline.ts
 *
 * To fine-tune instead, with other classes and the layers of the base frozen:
 *
 *   npx holdfast import pretrained.pth pipeline.ts --partial --freeze 'features_*' --set data.classes=4 \
 *     --set training.checkpoint_dir=checkpoints/fine-tuned
 */
import { type ModelInput, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig } from "holdfast/testing"
import * as tf from "holdfast/tf"

const { layers } = tf

const net = ({ classes, config, inputShape }: ModelInput<BlobsConfig>) =>
  tf.sequential({
    layers: [
      layers.dense({
        name: "features_1",
        units: config.model.units,
        inputShape: [...inputShape]
      }),
      // PyTorch's epsilon, and its momentum of 0.1.
      layers.batchNormalization({ name: "features_2", epsilon: 1e-5, momentum: 0.9 }),
      layers.reLU(),
      layers.dense({ name: "features_3", units: config.model.units, activation: "relu" }),
      layers.dense({ name: "classifier", units: classes.length })
    ]
  })

export default Pipeline.make(
  "from-pytorch",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: net,
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
