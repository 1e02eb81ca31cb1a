/** Holdfast as a peer: training steps of a network with and without workers, in one process. */
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { Observer } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { rememberSchema } from "../../src/config/Compare.js"
import { buildRun } from "../../src/training/BuildRun.js"
import { nowhere } from "../../src/training/Checkpointer.js"
import * as Progress from "../../src/training/Progress.js"
import type { Run } from "../../src/training/Run.js"
import * as TrainState from "../../src/training/TrainState.js"
import * as TrainStep from "../../src/training/TrainStep.js"
import { WorkersRequested } from "../../src/training/workers/Requested.js"
import * as Workers from "../../src/training/workers/Workers.js"
import { median } from "../median.js"
import { play, startTimer } from "../peers/Player.js"
import { BenchConfig, dataset, parts } from "./pipeline.js"

/** What computes a step: so many shards, on so many workers; 0: on the main thread. */
export interface Variant {
  readonly network: string
  readonly batch: number
  readonly shards: number
  readonly workers: number
}

/** The median step, what it has of the processor, and for how long the event loop was blocked at most. */
export interface Steps {
  readonly ms: number
  readonly cpu: number
  readonly blocked: number
}

const runtime = ManagedRuntime.make(Layer.merge(Backend.layer("wasm"), Observer.silent))
const scope = Effect.runSync(Scope.make())
const module = new URL("./pipeline.ts", import.meta.url).href

const build = ({ batch, network, shards, workers }: Variant) =>
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
    return { run: run as Run, step: 0 }
  }).pipe(
    Effect.provideService(WorkersRequested, workers === 0 ? null : { count: workers, module }),
    Effect.provideService(Scope.Scope, scope)
  )

type Built = Effect.Effect.Success<ReturnType<typeof build>>

const take = (one: Built) =>
  Effect.gen(function* () {
    const position = { ...Progress.initial, step: one.step, globalStep: one.step }
    one.step += 1
    const batch = yield* one.run.dataset.train.batch(new Int32Array(0), () => 0)
    const started = performance.now()
    yield* TrainStep.phases(TrainStep.inputOf(one.run, batch, position))
    return performance.now() - started
  })

const built = new Map<string, Built>()

await play({
  /** Steps for so many milliseconds, three at least. */
  steps: ({ milliseconds, ...variant }: Variant & { readonly milliseconds: number }) =>
    runtime.runPromise(
      Effect.gen(function* () {
        const key = JSON.stringify(variant)
        const one = built.get(key) ?? (yield* build(variant))
        built.set(key, one)
        let [last, blocked] = [performance.now(), 0]
        const clock = setInterval(() => {
          blocked = Math.max(blocked, performance.now() - last)
          last = performance.now()
        }, 1)
        const times: Array<number> = []
        const begun = performance.now()
        const end = startTimer()
        while (times.length < 3 || performance.now() - begun < milliseconds) {
          times.push(yield* take(one))
        }
        const { cpu } = end()
        yield* Effect.sleep(5)
        clearInterval(clock)
        const steps: Steps = { ms: median(times), cpu: cpu / times.length, blocked }
        return steps
      })
    )
})
