/** One of the networks of bench/backends, on made-up data: what the workers of bench/workers.ts load. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, type Dataset, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import * as tf from "holdfast/tf"
import { classes, layersOf, networkNames } from "../backends/networks.js"

export const BenchConfig = Config.make({
  model: Schema.Struct({ network: Schema.Literal(...networkNames) }),
  data: Schema.Struct({})
})
export type BenchConfig = typeof BenchConfig.Type

const build = (network: BenchConfig["model"]["network"]) =>
  tf.sequential({ layers: [...layersOf[network](), tf.layers.dense({ units: classes })] })

const shapes = { dense: [640], conv1d: [98, 40], lstm: [98, 40], speaker: [98, 40] }

/** The same batch again and again. */
export const dataset = ({ model, training }: BenchConfig): Dataset => {
  const inputShape =
    model.network in shapes ? shapes[model.network as keyof typeof shapes] : [98, 40, 1]
  const width = inputShape.reduce((product, length) => product * length, 1)
  const inputs = Float32Array.from({ length: training.batch_size * width }, (_, i) => Math.sin(i))
  const labels = Int32Array.from({ length: training.batch_size }, (_, i) => i % classes)
  const split = {
    size: training.batch_size * 1000,
    batch: () => Effect.succeed({ size: training.batch_size, inputs, labels })
  }
  return {
    name: "numbers",
    fingerprint: "numbers",
    inputShape,
    labelShape: [],
    classes: Array.from({ length: classes }, (_, i) => `${i}`),
    train: split,
    validation: split,
    test: split
  }
}

export const parts = {
  model: ({ config }: { readonly config: BenchConfig }) => build(config.model.network),
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
}

export default Pipeline.make(
  "bench",
  Stages.loadConfig(BenchConfig),
  Stages.loadDataset((config: BenchConfig) => Effect.succeed(dataset(config))),
  Stages.restoreOrInit(parts),
  Stages.epochs(Stages.trainEpoch)
)
