/**
 * Classification of the rows of a table: whether somebody earned more than 50,000 dollars a year, from age, work,
 * education and hours. Three in four did not, so AUC and F1 count beside accuracy. A cell without an occupation is a
 * category of its own:
 *
 *   cd examples/classification && npx holdfast run pipeline.ts
 *   npx holdfast predict checkpoints/classification --best new.csv
 *
 * census.csv is a sample of 2,500 rows of "Adult" by B. Becker and R. Kohavi, the census of 1994 in the United
 * States, from the UCI Machine Learning Repository (doi 10.24432/C5XW20, CC BY 4.0), without the columns on sex,
 * race, relationship, country and sampling weight; the people in new.csv are made up.
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

export const CensusConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int, dropout: Schema.Number }),
  data: Table.CsvData
})
export type CensusConfig = typeof CensusConfig.Type

const model = ({ config, inputShape }: ModelInput<CensusConfig>) => {
  const { dropout, units } = config.model
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, activation: "relu", inputShape: [...inputShape] }),
      tf.layers.dropout({ rate: dropout }),
      tf.layers.dense({ units, activation: "relu" }),
      tf.layers.dropout({ rate: dropout }),
      // One logit for two classes; for more, a logit each and Objective.classification.
      tf.layers.dense({ units: 1 })
    ]
  })
}

export default Pipeline.make(
  "classification",
  Stages.loadConfig(CensusConfig),
  Stages.loadDataset(({ data }: CensusConfig) => Dataset.fromCsv(data)),
  Stages.restoreOrInit({
    model,
    objective: Objective.binary,
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
