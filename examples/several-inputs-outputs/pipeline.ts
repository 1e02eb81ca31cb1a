/**
 * Several inputs and several outputs: tomorrow's temperature, and whether it rains, from today's
 * readings and the number of the weather station, which is embedded. Each output has its own loss;
 * the weights of the losses bring degrees and nats to a like size.
 *
 *   cd examples/several-inputs-outputs && npx holdfast run pipeline.ts
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
  Stages,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

const WeatherConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int })
})
type WeatherConfig = typeof WeatherConfig.Type

const stations = 5
const width = 3

/** Pressure, humidity and temperature of today, and what they lead to at each station. */
const generate = (split: string, size: number) => {
  const draw = Random.generator(Random.make(1), split)
  const readings = Float32Array.from({ length: size * width }, () => 2 * draw() - 1)
  const station = Int32Array.from({ length: size }, () => Math.floor(draw() * stations))
  const of = (i: number) => readings.subarray(i * width, (i + 1) * width)
  return {
    x: {
      readings: { data: readings, shape: [size, width] },
      station: { data: station, shape: [size, 1] }
    },
    y: {
      temperature: Float32Array.from(station, (at, i) => 12 + 6 * of(i)[2]! + 2 * at),
      rain: Int32Array.from(station, (at, i) => (of(i)[1]! - of(i)[0]! > at / 4 - 0.5 ? 1 : 0))
    }
  }
}

/** What has names here has them in the batches too: those of the model's layers. */
const load = ({ data }: WeatherConfig) =>
  Dataset.fromArrays({
    name: "weather",
    train: generate("train", data.size),
    validation: generate("validation", 48),
    test: generate("test", 48),
    classes: { rain: ["dry", "rain"] }
  })

const model = ({ config }: ModelInput<WeatherConfig>) => {
  const readings = tf.input({ name: "readings", shape: [width] })
  const station = tf.input({ name: "station", shape: [1], dtype: "int32" })
  const embedded = tf.layers.embedding({ inputDim: stations, outputDim: 2 }).apply(station)
  const joined = tf.layers
    .concatenate()
    .apply([readings, tf.layers.flatten().apply(embedded) as tf.SymbolicTensor])
  const hidden = tf.layers.dense({ units: config.model.units, activation: "relu" }).apply(joined)
  return tf.model({
    inputs: [readings, station],
    outputs: [
      tf.layers.dense({ name: "temperature", units: 1 }).apply(hidden) as tf.SymbolicTensor,
      tf.layers.dense({ name: "rain", units: 1 }).apply(hidden) as tf.SymbolicTensor
    ]
  })
}

export default Pipeline.make(
  "several-inputs-outputs",
  Stages.loadConfig(WeatherConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
    // The loss is 0.02 × the mean squared error of the temperature + the cross-entropy of rain.
    objective: Objective.multi(
      { temperature: Objective.regression, rain: Objective.binary },
      { weights: { temperature: 0.02 } }
    ),
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    // Each output is measured under its name.
    Stages.trackBest({ metric: "val_temperature_mae", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
