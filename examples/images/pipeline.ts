/**
 * Images in folders that name their classes: circles, squares and triangles. Each epoch sees them mirrored,
 * cropped and recolored otherwise, by the run's randomness, so that an interrupted run sees the same. How an
 * input is made of a file is saved with the model:
 *
 *   cd examples/images && npx holdfast run pipeline.ts
 *   npx holdfast predict checkpoints/images --best shapes/circle/00.png
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Split,
  Stages,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

export const ShapesConfig = Config.make({
  model: Schema.Struct({ filters: Schema.Int }),
  data: Schema.Struct({ root: Schema.String })
})
export type ShapesConfig = typeof ShapesConfig.Type

const load = ({ data }: ShapesConfig) =>
  Dataset.fromImages({
    root: data.root,
    height: 12,
    width: 12,
    // sharp is faster where it is installed; this one runs everywhere, with the same bits.
    decoder: "javascript",
    augment: { flip: true, crop: 0.9, brightness: 0.2, contrast: 0.2 },
    split: Split.random.make({ validation: 0.2, test: 0.2, stratify: true })
  })

const model = ({ classes, config, inputShape }: ModelInput<ShapesConfig>) => {
  const { filters } = config.model
  const convolution = (filters: number) =>
    tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu" })
  return tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: [...inputShape] }),
      convolution(filters),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      convolution(2 * filters),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 32, activation: "relu" }),
      tf.layers.dense({ units: classes.length })
    ]
  })
}

export default Pipeline.make(
  "images",
  Stages.loadConfig(ShapesConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
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
