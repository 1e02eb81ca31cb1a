import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Progress, Scheduler } from "holdfast"
import type { Checkpoint, Dataset, Examples, Run } from "holdfast"
import { buildRun } from "../../src/training/BuildRun.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import * as TrainState from "../../src/training/TrainState.js"
import { inputOf, phases } from "../../src/training/TrainStep.js"

const BenchConfig = Config.make({ model: Schema.Struct({}), data: Schema.Struct({}) })

/** The widths of the layers whose weights, with both means of Adam, take 96 MiB. */
export const large = [1024, 2048, 2048, 1024]

/** The same for a checkpoint of just under 1 MiB. */
export const small = [256, 256, 64]

/** The same for one so small that it is little more than a header. */
export const tiny = [32, 16]

const classes = ["one", "other"]

/** Examples that are all alike, so that time is spent on the steps alone. */
const examples = (size: number, width: number): Examples => ({
  size,
  batch: ({ length }) =>
    Effect.succeed({
      size: length,
      inputs: new Float32Array(length * width).fill(0.5),
      labels: new Int32Array(length)
    })
})

const net = (widths: ReadonlyArray<number>) =>
  tf.sequential({
    layers: [...widths.slice(1), classes.length].map((units, i) =>
      tf.layers.dense({ units, useBias: false, activation: "relu", inputShape: [widths[i]!] })
    )
  })

/** The records of `count` epochs. */
export const history = (epochs: number): ReadonlyArray<Checkpoint.EpochRecord> =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    train_loss: Math.exp(-i / 100) + Math.random() / 10,
    train_accuracy: 1 - Math.exp(-i / 100) * Math.random(),
    val_loss: Math.exp(-i / 100) + Math.random() / 10,
    val_accuracy: 1 - Math.exp(-i / 100) * Math.random(),
    learning_rate: 0.001 * Math.cos(i / 1000),
    seconds: 12.345
  }))

/**
 * A run on the WebAssembly backend, 25 epochs old and one step, so that its optimizer has a state.
 * `store` is where it saves to; `steps` is how many an epoch has.
 */
export const makeRun = Effect.fnUntraced(function* (
  widths: ReadonlyArray<number>,
  store: Checkpointer.RunStore["save"],
  steps = 1
) {
  const batch_size = 32
  const config = yield* Schema.decode(BenchConfig)({
    training: {
      checkpoint_dir: "unused",
      save_interval: 1,
      num_epochs: 1000,
      batch_size,
      learning_rate: 1e-5,
      seed: 1
    },
    model: {},
    data: {}
  })
  const few = examples(1, widths[0]!)
  const dataset: Dataset = {
    name: "alike",
    fingerprint: "alike",
    inputShape: [widths[0]!],
    labelShape: [],
    classes,
    train: examples(steps * batch_size, widths[0]!),
    validation: few,
    test: few
  }
  const run = yield* buildRun(
    {
      model: () => net(widths),
      objective: Objective.classification,
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    },
    { config, dataset },
    TrainState.initial(1, "bench"),
    {
      save: store,
      remade: Effect.succeed(0),
      best: Effect.succeedNone,
      epochEnd: Effect.succeedNone,
      archive: Effect.void
    }
  )
  const batch = yield* dataset.train.batch(new Int32Array(batch_size))
  yield* phases(inputOf(run, batch, Progress.initial))
  yield* Checkpointer.advance(run[TypeId], (progress) => ({
    ...progress,
    epoch: 25,
    globalStep: 25,
    history: history(25),
    best: { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 7 }
  }))
  return run
})

let step = 0

/** The run as a checkpoint of a place of its own, disposed of with the scope. */
export const snapshot = (run: Run.Run) =>
  Effect.acquireRelease(
    Effect.map(Checkpointer.progress(run[TypeId]), (progress) => {
      step += 1
      return Checkpointer.snapshot(run[TypeId], { ...progress, step, globalStep: progress.globalStep + step })
    }),
    ({ dispose }) => Effect.sync(dispose)
  )
