// A dense network of 1.7 million weights on random numbers: a checkpoint of 20 MB, and steps whose
// length `training.batch_size` sets.
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Pipeline, Random, Scheduler, Stages } from "holdfast"
import type { Dataset, Examples, Run } from "holdfast"

const width = 640
const classes = ["one", "other"]

/** As many examples as asked for, all batches alike: so that time is spent on the steps alone. */
const examples = (size: number, most: number): Examples => {
  const draw = Random.generator(Random.make(1), "numbers")
  const inputs = Float32Array.from({ length: most * width }, () => draw() - 0.5)
  const labels = Int32Array.from({ length: most }, () => Math.floor(2 * draw()))
  return {
    size,
    batch: ({ length }) =>
      Effect.succeed({
        size: length,
        inputs: inputs.subarray(0, length * width),
        labels: labels.subarray(0, length)
      })
  }
}

const numbers = ({ training: { batch_size } }: Run.RunConfig) => {
  const few = examples(1, 1)
  const dataset: Dataset = {
    name: "numbers",
    fingerprint: "numbers",
    inputShape: [width],
    labelShape: [],
    classes,
    train: examples(100 * batch_size, batch_size),
    validation: few,
    test: few
  }
  return Effect.succeed(dataset)
}

const net = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 1024, activation: "relu", inputShape: [width] }),
      tf.layers.dense({ units: 1024, activation: "relu" }),
      tf.layers.dense({ units: classes.length })
    ]
  })

export default Pipeline.make(
  "blocking",
  Stages.loadConfig(Config.make({ model: Schema.Struct({}), data: Schema.Struct({}) })),
  Stages.loadDataset(numbers),
  Stages.restoreOrInit({
    model: net,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch, Stages.checkpoint)
)
