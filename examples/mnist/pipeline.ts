/**
 * Images of handwritten digits: a small convolutional network classifies 99 % of them correctly after a
 * minute. Each epoch sees every image shifted otherwise, by the run's randomness, so that an interrupted
 * run sees the same.
 *
 *   cd examples/mnist && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --set data.train=5000 --set training.num_epochs=2
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
import { digits, DigitsData, side } from "./digits.js"

export const MnistConfig = Config.make({
  model: Schema.Struct({ filters: Schema.Int, dropout: Schema.Number }),
  data: Schema.Struct({
    ...DigitsData.fields,
    shift: Schema.Int.annotations({ description: "The most pixels that an image is shifted by." })
  })
})
export type MnistConfig = typeof MnistConfig.Type

const load = ({ data }: MnistConfig) =>
  Effect.flatMap(digits(data), (splits) =>
    Dataset.fromArrays({
      name: "mnist",
      ...splits,
      classes: 10,
      normalization: { scale: 1 / 255, offset: 0 },
      augment: ({ inputs }, rng) => {
        const draw = () => Math.floor((2 * data.shift + 1) * rng()) - data.shift
        shift(inputs, draw(), draw())
      }
    })
  )

/** Moves an image in place, to the right and down; what comes in is black. */
const shift = (image: { [pixel: number]: number }, across: number, down: number) => {
  const from = Uint8Array.from({ length: side * side }, (_, i) => image[i]!)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [left, up] = [x - across, y - down]
      const isInside = left >= 0 && left < side && up >= 0 && up < side
      image[y * side + x] = isInside ? from[up * side + left]! : 0
    }
  }
}

const model = ({ classes, config, inputShape }: ModelInput<MnistConfig>) => {
  const { dropout, filters } = config.model
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters,
        kernelSize: 3,
        activation: "relu",
        inputShape: [...inputShape]
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 2 * filters, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: dropout }),
      tf.layers.dense({ units: classes.length })
    ]
  })
}

export default Pipeline.make(
  "mnist",
  Stages.loadConfig(MnistConfig),
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
    Stages.trackBest({ metric: "val_accuracy", mode: "max" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
