// How long a training step takes with workers, beside one on the main thread, in turn in one process, and
// for how long the event loop is blocked at most, in which no signal is heard:
//   tsx bench/workers.ts [NETWORK[:BATCH] …] [--rounds N] [--workers N] [--shards N]
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Observer } from "holdfast"
import { Backend } from "../src/backends/Backend.js"
import { rememberSchema } from "../src/config/Compare.js"
import { buildRun } from "../src/training/BuildRun.js"
import { nowhere } from "../src/training/Checkpointer.js"
import * as Progress from "../src/training/Progress.js"
import type { Run } from "../src/training/Run.js"
import * as TrainState from "../src/training/TrainState.js"
import * as TrainStep from "../src/training/TrainStep.js"
import { WorkersRequested } from "../src/training/workers/Requested.js"
import * as Workers from "../src/training/workers/Workers.js"
import { networkNames, type NetworkName } from "./backends/networks.js"
import { median } from "./median.js"
import { BenchConfig, dataset, parts } from "./workers/pipeline.js"

const flag = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
const [rounds, workers, shards] = [flag("rounds", 7), flag("workers", 2), flag("shards", 2)]
const named = process.argv.slice(2).filter((one) => /^[a-z]+[12]?[d]?(:\d+)?$/.test(one))
const cases = named.length > 0 ? named : networkNames.map((name) => `${name}:32`)

interface Variant {
  readonly name: string
  readonly run: Run
  step: number
  readonly times: Array<number>
  readonly ratios: Array<number>
  /** For how long the event loop was blocked, in each round at most. */
  readonly blocked: Array<number>
}

const variant = (network: NetworkName, batch: number, name: string, count: number, cut: number) =>
  Effect.gen(function* () {
    const config = rememberSchema(
      Schema.decodeUnknownSync(BenchConfig)({
        training: {
          num_epochs: 1,
          batch_size: batch,
          learning_rate: 1e-5,
          seed: 1,
          shards: cut,
          optimizer: "adam",
          scheduler: "constant"
        },
        model: { network },
        data: {}
      }),
      BenchConfig
    )
    const data = dataset(config)
    const threads = yield* Workers.start(config.training)
    const run = yield* buildRun(
      parts,
      { config, dataset: data },
      TrainState.initial(1, "bench"),
      nowhere
    )
    if (threads !== null) {
      yield* Workers.attach(threads, run)
      while (threads.ready() < count) yield* Effect.sleep(50)
    }
    const made: Variant = {
      name,
      run,
      step: 0,
      times: [],
      ratios: [],
      blocked: []
    }
    return made
  }).pipe(
    Effect.provideService(
      WorkersRequested,
      count === 0 ? null : { count, module: new URL("./workers/pipeline.ts", import.meta.url).href }
    )
  )

const take = (one: Variant) =>
  Effect.gen(function* () {
    const position = { ...Progress.initial, step: one.step, globalStep: one.step }
    one.step += 1
    const batch = yield* one.run.dataset.train.batch(new Int32Array(0))
    const started = performance.now()
    yield* TrainStep.phases(TrainStep.inputOf(one.run, batch, position))
    return performance.now() - started
  })

const steps = (one: Variant, count: number) =>
  Effect.gen(function* () {
    const times: Array<number> = []
    for (let i = 0; i < count; i++) times.push(yield* take(one))
    return median(times)
  })

const measure = (network: NetworkName, batch: number) =>
  Effect.gen(function* () {
    const all = [
      yield* variant(network, batch, "one thread", 0, 1),
      yield* variant(network, batch, `${shards} shards, one thread`, 0, shards),
      yield* variant(network, batch, `${shards} shards, ${workers} workers`, workers, shards),
      yield* variant(network, batch, "1 shard, 1 worker", 1, 1)
    ]
    for (const one of all) {
      const end = performance.now() + 700
      while (performance.now() < end) yield* take(one)
    }
    const count = Math.max(2, Math.min(10, Math.round(150 / (yield* steps(all[0]!, 3)))))
    for (let round = 0; round < rounds; round++) {
      let base = 0
      for (const one of all) {
        let [last, longest] = [performance.now(), 0]
        const timer = setInterval(() => {
          longest = Math.max(longest, performance.now() - last)
          last = performance.now()
        }, 1)
        const ms = yield* steps(one, count)
        yield* Effect.sleep(5)
        clearInterval(timer)
        one.blocked.push(longest)
        if (one === all[0]) base = ms
        one.times.push(ms)
        one.ratios.push(base / ms)
      }
    }
    for (const { blocked, name, ratios, times } of all) {
      const sorted = [...ratios].sort((a, b) => a - b)
      const range = `${sorted[0]!.toFixed(2)}–${sorted.at(-1)!.toFixed(2)}`
      const line = [
        network,
        batch,
        name.padEnd(24),
        `${median(times).toFixed(1)} ms`,
        `${median(ratios).toFixed(2)} (${range})`,
        `blocked for ${median(blocked).toFixed(1)} ms`
      ]
      process.stdout.write(`${line.join(" | ")}\n`)
    }
  }).pipe(Effect.scoped) as Effect.Effect<void, unknown, Backend | Observer | Scope.Scope>

await Effect.runPromise(
  Effect.forEach(cases, (one) => {
    const [network, batch = "32"] = one.split(":")
    return measure(network as NetworkName, Number(batch))
  }).pipe(Effect.scoped, Effect.provide([Backend.layer("wasm"), Observer.silent]))
)
process.exit(0)
