/** Steps of the networks of bench/backends by a run of Holdfast, with and without workers. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { rememberSchema } from "../../src/config/Compare.js"
import { buildRun } from "../../src/training/BuildRun.js"
import { nowhere } from "../../src/training/Checkpointer.js"
import * as Progress from "../../src/training/Progress.js"
import type { Run } from "../../src/training/Run.js"
import * as TrainState from "../../src/training/TrainState.js"
import * as TrainStep from "../../src/training/TrainStep.js"
import { WorkersRequested } from "../../src/training/workers/Requested.js"
import * as Workers from "../../src/training/workers/Workers.js"
import { BenchConfig, dataset, parts } from "./pipeline.js"

/** What computes a step: so many shards, on that many workers; 0: on the main thread. */
export interface Variant {
  readonly network: string
  readonly batch: number
  readonly shards: number
  readonly workers: number
}

const module = new URL("./pipeline.ts", import.meta.url).href

/** A run, whose workers are ready. */
export const build = ({ batch, network, shards, workers }: Variant) =>
  Effect.gen(function* () {
    const training = {
      num_epochs: 1,
      batch_size: batch,
      learning_rate: 1e-5,
      seed: 1,
      shards,
      optimizer: "adam",
      scheduler: "constant"
    }
    const given = { training, model: { network }, data: {} }
    const config = rememberSchema(Schema.decodeUnknownSync(BenchConfig)(given), BenchConfig)
    const threads = yield* Workers.start(config.training)
    const input = { config, dataset: dataset(config) }
    const run = yield* buildRun(parts, input, TrainState.initial(1, "bench"), nowhere)
    if (threads !== null) {
      yield* Workers.attach(threads, run)
      while (threads.ready() < workers) yield* Effect.sleep(50)
    }
    const built: Built = { run: run as Run, step: 0 }
    return built
  }).pipe(
    Effect.provideService(WorkersRequested, workers === 0 ? null : { count: workers, module })
  )

/** A run, and how many steps it has begun. */
export interface Built {
  readonly run: Run
  step: number
}

/** Takes the next step, and gives the milliseconds that it has taken. */
export const takeStep = (one: Built) =>
  Effect.gen(function* () {
    const input = yield* nextStep(one)
    const started = performance.now()
    yield* TrainStep.phases(input)
    return performance.now() - started
  })

/** What the next step is given. */
const nextStep = (one: Built) => {
  const position = { ...Progress.initial, step: one.step, globalStep: one.step }
  one.step += 1
  return Effect.map(
    one.run.dataset.train.batch(new Int32Array(0), () => 0),
    (batch) => TrainStep.inputOf(one.run, batch, position)
  )
}
