/**
 * Metrics with a state: F1, confusion matrix, the area under the ROC curve, and a custom one, the
 * calibration error. They are exact over an epoch, also one that was interrupted and resumed.
 *
 *   cd examples/metrics && npx holdfast run pipeline.ts
 */
import * as Schema from "effect/Schema"
import { Metric, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig } from "holdfast/testing"
import * as tf from "holdfast/tf"

const Bin = Schema.Struct({
  count: Schema.Number,
  probability: Schema.Number,
  positives: Schema.Number
})

/**
 * How far predicted probabilities are from frequencies: Σ over bins of count / n × |mean probability −
 * share of positives| (Guo et al., "On Calibration of Modern Neural Networks", 2017). Each batch gives
 * the probabilities and the labels; the state has three sums for each of ten bins.
 */
const calibrationError = Metric.make({
  name: "calibration_error",
  schema: Schema.Array(Bin),
  init: Array.from({ length: 10 }, () => ({ count: 0, probability: 0, positives: 0 })),
  measure: (labels, output) =>
    tf.stack([tf.sigmoid(output).reshape([-1]), labels.reshape([-1]).cast("float32")]),
  update: (bins, measured, { size }) => {
    const next = bins.map((bin) => ({ ...bin }))
    for (let i = 0; i < size; i++) {
      const probability = measured[i]!
      const bin = next[Math.min(9, Math.floor(probability * 10))]!
      bin.count += 1
      bin.probability += probability
      bin.positives += measured[size + i]!
    }
    return next
  },
  compute: (bins, examples) =>
    bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.positives), 0) / examples,
  detail: (bins) => bins
})

const objective = Objective.withMetrics(
  Objective.binary,
  Metric.f1(),
  Metric.confusion(),
  Metric.auc(),
  calibrationError
)

const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, activation: "relu", inputShape: [8] }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 1 })
    ]
  })

export default Pipeline.make(
  "metrics",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model,
    objective,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_calibration_error", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
