/**
 * A table: the rent of a flat from its area, rooms, district, balcony and the day of the offer. The config
 * says which columns there are. What the model was trained to see of them, the mean and deviation of each
 * number and the values of each category, is saved with it, so that it predicts from rows as they are:
 *
 *   cd examples/table && npx holdfast run pipeline.ts
 *   npx holdfast predict checkpoints/table --best flats.csv
 *
 * The flats are made up.
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages,
  Table,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

export const FlatsConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Table.CsvData
})
export type FlatsConfig = typeof FlatsConfig.Type

const model = ({ config, inputShape }: ModelInput<FlatsConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: config.model.units,
        activation: "relu",
        inputShape: [...inputShape]
      }),
      tf.layers.dense({ units: 1, biasInitializer: tf.initializers.constant({ value: 1000 }) })
    ]
  })

export default Pipeline.make(
  "table",
  Stages.loadConfig(FlatsConfig),
  Stages.loadDataset(({ data }: FlatsConfig) => Dataset.fromCsv(data)),
  Stages.restoreOrInit({
    model,
    objective: Objective.regression,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_mae", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
