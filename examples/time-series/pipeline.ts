/**
 * A forecast by an LSTM: how many bikes are rented in each of the next six hours, from the last 24 hours of rentals
 * and weather. Windows over the series are divided by time, so that none of what is tested on is seen in training. At the
 * end the error stands beside that of the naive forecast, which a model must beat to be of use: as many as
 * a day before.
 *
 *   cd examples/time-series && npx holdfast run pipeline.ts
 *
 * bikes.csv has the hours of 2011 of "Bike Sharing" by H. Fanaee-T and J. Gama, from the UCI Machine Learning
 * Repository (doi 10.24432/C5W894, CC BY 4.0): temperatures in °C, wind in km/h. The source leaves out hours
 * without rentals; here they are 0, with the weather of the hour before.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  emit,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Split,
  Stage,
  Stages,
  Table,
  type Batch,
  type ModelInput,
  type Run
} from "holdfast"
import * as tf from "holdfast/tf"

export const BikesConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({
    path: Schema.String,
    window: Schema.Int,
    horizon: Schema.Int,
    stride: Schema.Int
  })
})
export type BikesConfig = typeof BikesConfig.Type

const columns = ["bikes", "workday", "temperature", "humidity", "wind", "hour"]
/** The hour as a point on the clock, since 23 and 0 are neighbours. */
const channels = [...columns.slice(0, -1), "hour_x", "hour_y"]

const load = ({ data }: BikesConfig) =>
  Effect.gen(function* () {
    const table = yield* Table.readNumbers({ path: data.path, columns })
    const values = Array.from({ length: table.shape[0]! }, (_, row) => {
      const cells = [...table.data.subarray(row * columns.length, (row + 1) * columns.length)]
      const angle = (2 * Math.PI * cells.pop()!) / 24
      return [...cells, Math.cos(angle), Math.sin(angle)]
    })
    return yield* Dataset.fromSeries({
      name: "bikes",
      values,
      channels,
      target: "bikes",
      window: data.window,
      horizon: data.horizon,
      stride: data.stride,
      standardize: true,
      split: Split.ordered.make({ validation: 0.15, test: 0.15 })
    })
  })

const model = ({ config, inputShape }: ModelInput<BikesConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.lstm({ units: config.model.units, inputShape: [...inputShape] }),
      tf.layers.dense({ units: config.data.horizon }),
      // Labels are hundreds of bikes; what the layers before have to learn is about 1.
      tf.layers.rescaling({ scale: 100, offset: 100 })
    ]
  })

/** The error of the naive forecast, beside what `evaluate` has measured of the model. */
const naive = Stage.make("naive", {
  description: "compare with the naive forecast",
  run: (run: Run.Run<BikesConfig, Batch>) =>
    Effect.gen(function* () {
      const { horizon, window } = run.config.data
      const { preprocessing, test } = run.dataset
      // Of the bikes, the first channel.
      const { mean, std } = preprocessing as unknown as Record<"mean" | "std", readonly [number]>
      const all = Int32Array.from({ length: test.size }, (_, i) => i)
      const { inputs, labels } = yield* test.batch(all)
      let sum = 0
      for (const [i, label] of labels.entries()) {
        const [example, hour] = [Math.floor(i / horizon), i % horizon]
        const dayBefore = example * window + window - 24 + hour
        sum += Math.abs(label - (inputs[dayBefore * channels.length]! * std[0] + mean[0]))
      }
      const mae = sum / labels.length
      yield* emit({
        _tag: "Result",
        text: `naive forecast, as many as a day before: mae ${mae.toFixed(2)}`,
        value: { mae }
      })
      return run
    })
})

export default Pipeline.make(
  "time-series",
  Stages.loadConfig(BikesConfig),
  Stages.loadDataset(load),
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
  Stages.evaluate("test"),
  naive
)
