/** A small convolutional network on the images of bench/data/generate.ts: what `measure.ts training` runs. */
import * as Schema from "effect/Schema"
import { Config, Dataset, Objective, Optimizer, Pipeline, Scheduler, Split, Stages } from "holdfast"
import type { ModelInput } from "holdfast"
import * as tf from "holdfast/tf"

export const ImagesConfig = Config.make({
  model: Schema.Struct({ filters: Schema.Int }),
  data: Schema.Struct({ root: Schema.String, test: Schema.Number })
})
export type ImagesConfig = typeof ImagesConfig.Type

const load = ({ data }: ImagesConfig) =>
  Dataset.fromImages({
    root: data.root,
    height: 32,
    width: 32,
    decoder: "javascript",
    augment: { flip: true, crop: 0.8, brightness: 0.2 },
    // A few of the images train, from everywhere in the folders.
    split: Split.random.make({ validation: 64, test: data.test })
  })

const model = ({ classes, config, inputShape }: ModelInput<ImagesConfig>) => {
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
      convolution(4 * filters),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: classes.length })
    ]
  })
}

export default Pipeline.make(
  "images",
  Stages.loadConfig(ImagesConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch)
)
