// Trains a network for an epoch as Holdfast does, then as long by steps written by hand on the same
// examples, in turn, epoch after epoch; tells how long a step of each took, in microseconds.
import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, emit, Objective, Optimizer, Pipeline, Scheduler, Stage, Stages } from "holdfast"
import type { Run } from "holdfast"
import { classes, layersOf } from "../backends/networks.js"
import { bareStep } from "./bareStep.js"
import { type Numbers, numbers } from "./numbers.js"

const L = tf.layers

const networks = {
  /** So small that little but overhead is left. */
  tiny: {
    inputShape: [8],
    layers: () => [L.dense({ units: 8, activation: "relu", inputShape: [8] })]
  },
  speaker: { inputShape: [98, 40], layers: layersOf.speaker }
} as const

const OverheadConfig = Config.make({
  model: Schema.Struct({ network: Schema.Literal("tiny", "speaker") }),
  data: Schema.Struct({ examples: Schema.Int })
})
type OverheadConfig = typeof OverheadConfig.Type

/** How long a step took in each epoch, by the clock and in processor time. */
interface Time {
  readonly wall: number
  readonly processor: number
}
const times = { holdfast: [] as Array<Time>, bare: [] as Array<Time> }

const timed = <E, R>(
  which: keyof typeof times,
  epoch: (run: Run.Run) => Effect.Effect<unknown, E, R>
) =>
  Stage.make(which, {
    description: "train an epoch",
    resumable: true,
    run: (run: Run.Run) =>
      Effect.gen(function* () {
        const { config, dataset } = run
        const started = performance.now()
        const before = process.cpuUsage()
        yield* epoch(run)
        const { system, user } = process.cpuUsage(before)
        const steps = Math.ceil(dataset.train.size / config.training.batch_size)
        times[which].push({
          wall: (1000 * (performance.now() - started)) / steps,
          processor: (system + user) / steps
        })
        return run
      })
  })

let bare: ReturnType<typeof bareStep> | undefined

const byHand = ({ config, dataset, model }: Run.Run) =>
  Effect.sync(() => {
    bare ??= bareStep(model, dataset.inputShape)
    const { gather, size } = dataset.train as Numbers
    const { batch_size, learning_rate } = config.training
    const order = tf.util.createShuffledIndices(size)
    let loss = 0
    let right = 0
    for (let at = 0; at < size; at += batch_size) {
      const batch = gather(Int32Array.from(order.subarray(at, at + batch_size)))
      const [mean, count] = bare(batch, learning_rate)
      loss += mean * batch.size
      right += count
    }
    return { loss: loss / size, accuracy: right / size }
  })

export default Pipeline.make(
  "overhead",
  Stages.loadConfig(OverheadConfig),
  Stages.loadDataset(({ data, model }: OverheadConfig) =>
    Effect.sync(() => numbers(data.examples, networks[model.network].inputShape))
  ),
  Stages.restoreOrInit({
    model: ({ config }: { readonly config: OverheadConfig }) =>
      tf.sequential({
        layers: [...networks[config.model.network].layers(), L.dense({ units: classes })]
      }),
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(timed("holdfast", Stages.trainEpoch.run), timed("bare", byHand)),
  Stage.make("tell", {
    description: "tell the times",
    run: () => emit({ _tag: "Result", text: JSON.stringify(times), value: times })
  })
)
