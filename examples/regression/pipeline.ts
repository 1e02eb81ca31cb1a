/**
 * Regression on a table: how many miles a car makes on a gallon, from its engine, weight, year and origin. The
 * config says which columns there are. Mean and deviation of each number, the categories, and what stands for
 * a horsepower that is missing are saved with the model, so that it predicts from rows as they are:
 *
 *   cd examples/regression && npx holdfast run pipeline.ts
 *   npx holdfast predict checkpoints/regression --best new.csv
 *
 * cars.csv is "Auto MPG" by R. Quinlan, 398 cars of 1970 to 1982, from the UCI Machine Learning Repository
 * (doi 10.24432/C5859H, CC BY 4.0); names and units of columns are as there, the cars in new.csv are made up.
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

export const CarsConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Table.CsvData
})
export type CarsConfig = typeof CarsConfig.Type

const model = ({ config, inputShape }: ModelInput<CarsConfig>) => {
  const { units } = config.model
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, activation: "relu", inputShape: [...inputShape] }),
      tf.layers.dense({ units, activation: "relu" }),
      // Begins with what most cars do, instead of at 0.
      tf.layers.dense({ units: 1, biasInitializer: tf.initializers.constant({ value: 20 }) })
    ]
  })
}

export default Pipeline.make(
  "regression",
  Stages.loadConfig(CarsConfig),
  Stages.loadDataset(({ data }: CarsConfig) => Dataset.fromCsv(data)),
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
