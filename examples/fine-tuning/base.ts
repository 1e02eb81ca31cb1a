/**
 * Trains the base: handwritten digits from 0 to 4. The second pipeline, pipeline.ts, fine-tunes it to those
 * from 5 to 9.
 *
 *   cd examples/fine-tuning && npx holdfast run base.ts --config base.json
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  type ModelInput,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages
} from "holdfast"
import * as tf from "holdfast/tf"
import { digits, DigitsData } from "../mnist/digits.js"

export const BaseConfig = Config.make({
  model: Schema.Struct({ filters: Schema.Int }),
  data: DigitsData
})
export type BaseConfig = typeof BaseConfig.Type

/** A dataset of these digits. */
export const someDigits = (data: DigitsData, only: ReadonlyArray<number>) =>
  Effect.flatMap(digits(data, only), (splits) =>
    Dataset.fromArrays({
      name: `digits ${only.join(", ")}`,
      ...splits,
      classes: only.map(String),
      normalization: { scale: 1 / 255, offset: 0 }
    })
  )

/** The layers that both models have. Weights are loaded by the names of their layers. */
export const baseLayers = (filters: number, inputShape: ReadonlyArray<number>) => {
  const convolution = { kernelSize: 3, activation: "relu" } as const
  return [
    tf.layers.conv2d({ name: "base_1", filters, inputShape: [...inputShape], ...convolution }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ name: "base_2", filters: 2 * filters, ...convolution }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten()
  ]
}

const classifier = ({ classes, config, inputShape }: ModelInput<BaseConfig>) =>
  tf.sequential({
    layers: [
      ...baseLayers(config.model.filters, inputShape),
      tf.layers.dense({ name: "digits", units: classes.length })
    ]
  })

export default Pipeline.make(
  "fine-tuning-base",
  Stages.loadConfig(BaseConfig),
  Stages.loadDataset(({ data }: BaseConfig) => someDigits(data, [0, 1, 2, 3, 4])),
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
