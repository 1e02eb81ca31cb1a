/** Trains, and says of each SIGUSR2 when it was heard, by the clock that all processes share. */
import * as Effect from "effect/Effect"
import { Observer } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"
import { build, takeStep } from "./steps.js"

const [network = "", batch, shards, workers] = process.argv.slice(2)
let last = 0
process.on("SIGUSR2", () => {
  process.stdout.write(`${process.hrtime.bigint()} ${last.toFixed(1)}\n`)
})

const train = Effect.gen(function* () {
  const one = yield* build({
    network,
    batch: Number(batch),
    shards: Number(shards),
    workers: Number(workers)
  })
  let yielded = performance.now()
  for (let step = 0; ; step++) {
    last = yield* takeStep(one)
    if (performance.now() - yielded > 50) {
      yield* yieldToEventLoop
      yielded = performance.now()
    }
    if (step === 100 || (step > 2 && step * last > 2000 && step < 100)) {
      step = 101
      process.stdout.write("trains\n")
    }
  }
})

await Effect.runPromise(
  train.pipe(Effect.scoped, Effect.provide([Backend.layer("wasm"), Observer.silent]))
)
