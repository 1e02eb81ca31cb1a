import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages,
  type Dataset,
  type Examples,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

export const LineConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int })
})
export type LineConfig = typeof LineConfig.Type

/** The points (x, 3x). */
const points = (size: number): Examples => ({
  size,
  batch: (indices) =>
    Effect.succeed({
      size: indices.length,
      inputs: Float32Array.from(indices, (i) => i / size),
      labels: Float32Array.from(indices, (i) => (3 * i) / size)
    })
})

const line = ({ data: { size } }: LineConfig): Effect.Effect<Dataset> =>
  Effect.succeed({
    name: "line",
    fingerprint: `line of ${size}`,
    inputShape: [1],
    labelShape: [1],
    classes: [],
    train: points(size),
    validation: points(size),
    test: points(size)
  })

const network = ({ config }: ModelInput<LineConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: config.model.units, inputShape: [1] }),
      tf.layers.dense({ units: 1 })
    ]
  })

export const countEpochs = Stage.stateful("countEpochs", {
  description: "count epochs",
  state: Schema.Struct({ epochs: Schema.Int }),
  initial: { epochs: 0 },
  run: (run, { epochs }) =>
    Effect.as(Run.logMetrics(run, { counted: epochs + 1 }), { epochs: epochs + 1 })
})

export const epochs = Stages.epochs(
  Stages.trainEpoch,
  Stages.validate,
  countEpochs,
  Stages.stepScheduler,
  Stages.trackBest({ metric: "val_loss", mode: "min" }),
  Stages.checkpoint
)

export default Pipeline.make(
  "line",
  Stages.loadConfig(LineConfig),
  Stages.loadDataset(line),
  Stages.restoreOrInit({
    model: network,
    objective: Objective.regression,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  epochs,
  Stages.evaluate("test")
)
