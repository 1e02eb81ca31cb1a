/**
 * An autoencoder (Hinton and Salakhutdinov, 2006) of handwritten digits: 784 pixels become a code of 32
 * numbers, from which the image is drawn again. The labels are the inputs.
 *
 *   cd examples/autoencoder && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --set model.code=8
 *
 * The codes are the output of the layer of this name: in a stage or script,
 * `tf.model({ inputs: model.inputs, outputs: model.getLayer("code").output })`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"
import { digits, DigitsData, type Digits } from "../mnist/digits.js"

export const AutoencoderConfig = Config.make({
  model: Schema.Struct({
    units: Schema.Int,
    code: Schema.Int.annotations({ description: "How many numbers an image becomes." })
  }),
  data: DigitsData
})
export type AutoencoderConfig = typeof AutoencoderConfig.Type

/** An image is its own label: all of its pixels, from 0 to 1. */
const itself = ({ x, y }: Digits) => ({
  x,
  y: {
    data: Float32Array.from(x.data, (byte) => byte / 255),
    shape: [y.length, x.data.length / y.length]
  }
})

const load = ({ data }: AutoencoderConfig) =>
  Effect.flatMap(digits(data), ({ test, train, validation }) =>
    Dataset.fromArrays({
      name: "digits",
      train: itself(train),
      validation: itself(validation),
      test: itself(test),
      normalization: { scale: 1 / 255, offset: 0 }
    })
  )

const model = ({ config, inputShape }: ModelInput<AutoencoderConfig>) => {
  const { code, units } = config.model
  const pixels = inputShape.reduce((product, length) => product * length, 1)
  const relu = (units: number) => tf.layers.dense({ units, activation: "relu" })
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [...inputShape] }),
      relu(units),
      tf.layers.dense({ name: "code", units: code }),
      relu(units),
      tf.layers.dense({ units: pixels, activation: "sigmoid" })
    ]
  })
}

export default Pipeline.make(
  "autoencoder",
  Stages.loadConfig(AutoencoderConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
    // The mean of the squared differences of pixels.
    objective: Objective.regression,
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
