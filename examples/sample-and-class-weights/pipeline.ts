/**
 * Sample weights and class weights: one in ten parts is faulty, and some were inspected in a hurry.
 * Class weights make a missed fault cost as much as nine false alarms; sample weights let careful
 * inspections count more, in the loss and in the metrics.
 *
 *   cd examples/sample-and-class-weights && npx holdfast run pipeline.ts
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Metric,
  Objective,
  Optimizer,
  Pipeline,
  Random,
  Scheduler,
  Stages
} from "holdfast"
import * as tf from "holdfast/tf"

const PartsConfig = Config.make({
  model: Schema.Struct({}),
  data: Schema.Struct({ size: Schema.Int })
})
type PartsConfig = typeof PartsConfig.Type

const width = 4

/** Measurements of parts, whether they are faulty, and how far the inspection is to be trusted. */
const generate = (split: string, size: number) => {
  const draw = Random.generator(Random.make(1), split)
  const faulty = Int32Array.from({ length: size }, (_, i) => (i % 10 === 0 ? 1 : 0))
  const measurements = Float32Array.from(
    { length: size * width },
    (_, i) => 2 * (draw() + draw() - 1) + (faulty[Math.floor(i / width)] === 1 ? 0.7 : -0.1)
  )
  const trust = Float32Array.from({ length: size }, () => (draw() < 0.3 ? 0.25 : 1))
  // Who is in a hurry misses half of the faults.
  const labels = faulty.map((fault, i) =>
    fault === 1 && trust[i]! < 1 && draw() < 0.5 ? 0 : fault
  )
  return { x: { data: measurements, shape: [size, width] }, y: labels, weights: trust }
}

const load = ({ data }: PartsConfig) =>
  Dataset.fromArrays({
    name: "parts",
    train: generate("train", data.size),
    validation: generate("validation", 80),
    test: generate("test", 80),
    classes: ["good", "faulty"]
  })

const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: "relu", inputShape: [width] }),
      tf.layers.dense({ units: 2 })
    ]
  })

/** With the recall of the faults: how many of them are found. */
const objective = Objective.withMetrics(
  Objective.withClassWeights(Objective.classification, [1, 9]),
  Metric.recall({ average: 1 }),
  Metric.precision({ average: 1 })
)

export default Pipeline.make(
  "sample-and-class-weights",
  Stages.loadConfig(PartsConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
    objective,
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
