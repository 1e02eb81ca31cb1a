/**
 * Arrays in memory: points in a square, and whether they lie inside a circle. The dataset is made of two
 * arrays; its splits and its fingerprint follow from them:
 *
 *   cd examples/arrays && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --set data.radius=0.5
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Random,
  Scheduler,
  Split,
  Stages,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

export const CircleConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int, radius: Schema.Number })
})
export type CircleConfig = typeof CircleConfig.Type

const load = ({ data }: CircleConfig) => {
  const draw = Random.generator(Random.make(1), "points")
  const x = Array.from({ length: data.size }, () => [2 * draw() - 1, 2 * draw() - 1] as const)
  return Dataset.fromArrays({
    name: "circle",
    x,
    y: x.map((point) => (Math.hypot(...point) < data.radius ? 1 : 0)),
    classes: ["outside", "inside"],
    split: Split.random.make({ stratify: true })
  })
}

const model = ({ classes, config, inputShape }: ModelInput<CircleConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: config.model.units,
        activation: "relu",
        inputShape: [...inputShape]
      }),
      tf.layers.dense({ units: classes.length })
    ]
  })

export default Pipeline.make(
  "arrays",
  Stages.loadConfig(CircleConfig),
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
