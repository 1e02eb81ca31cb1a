/**
 * How a training step would scale to more workers than this machine has cores: by simulation, of times measured here.
 *
 *   tsx bench/workers/scaling.ts [NETWORK[:BATCH] …]
 *
 * Measured: a step of S shards on one thread, and its update alone, which gives the time of a shard; and steps of one shard
 * on one worker and of two on two, which give what the exchange takes at all and for each worker. Simulated: a step of
 * S shards on S workers, each with a core and memory of its own: one shard, the exchange for S workers, the update.
 */
import * as Effect from "effect/Effect"
import { Observer } from "holdfast"
import * as tf from "holdfast/tf"
import { Backend } from "../../src/backends/Backend.js"
import { phasesOf } from "../../src/training/BoundPhase.js"
import * as TrainStep from "../../src/training/TrainStep.js"
import { median } from "../median.js"
import { build, nextStep, type Built } from "./steps.js"

const named = process.argv.slice(2)
const names = ["speaker", "conv1d", "conv2d", "depthwise", "lstm", "dense"].map(
  (one) => `${one}:256`
)
const counts = [1, 2, 4, 8, 16]

/** The median of what is repeated for a while, five times at least, after so many milliseconds of warming up. */
const repeated = <E, R>(one: Effect.Effect<number, E, R>, warmUp = 1500, milliseconds = 700) =>
  Effect.gen(function* () {
    for (const end = performance.now() + warmUp; performance.now() < end;) yield* one
    const times: Array<number> = []
    for (
      const end = performance.now() + milliseconds;
      times.length < 5 || performance.now() < end;
    ) {
      times.push(yield* one)
    }
    return median(times)
  })

const stepOf = (one: Built) =>
  Effect.gen(function* () {
    const input = yield* nextStep(one)
    const started = performance.now()
    yield* TrainStep.phases(input)
    return performance.now() - started
  })

const updateOf = ({ run }: Built) =>
  Effect.sync(() => {
    const [phase] = phasesOf(run)
    const gradients = phase!.variables.map(({ shape }) => tf.keep(tf.fill(shape, 1e-3)))
    const byName = new Map(phase!.weights.map(({ name }, i) => [name, gradients[i]!]))
    const started = performance.now()
    tf.tidy(() => void phase!.optimizer.apply(byName, 1e-5, () => 0))
    const taken = performance.now() - started
    tf.dispose(gradients)
    return taken
  })

const simulated = (network: string, batch: number) =>
  Effect.gen(function* () {
    const timed = (shards: number, workers: number) =>
      Effect.flatMap(build({ network, batch, shards, workers }), (one) =>
        repeated(stepOf(one))
      ).pipe(Effect.scoped)
    const update = yield* Effect.flatMap(build({ network, batch, shards: 1, workers: 0 }), (one) =>
      repeated(updateOf(one), 300)
    ).pipe(Effect.scoped)
    const inline = yield* Effect.forEach(counts, (shards) => timed(shards, 0))
    const shard = inline.map((ms, i) => (ms - update) / counts[i]!)
    const [one, two] = [yield* timed(1, 1), yield* timed(2, 2)]
    const [first, second] = [one - shard[0]! - update, two - shard[1]! - update]
    // Where the two differ by less than they vary from time to time, a further worker counts for nothing.
    const each = Math.max(0, second - first)
    const steps = counts.map(
      (count, i) => shard[i]! + update + Math.max(0, first) + each * (count - 1)
    )
    return { inline: inline[0]!, update, first, each, steps }
  })

console.log(
  `| network, batch | today | update | exchange | ${counts.map((n) => `${n} workers`).join(" | ")} |`
)
console.log(`|${" --- |".repeat(4 + counts.length)}`)
const measure = (one: string) =>
  Effect.gen(function* () {
    const [network = "", batch = "256"] = one.split(":")
    const { each, first, inline, steps, update } = yield* simulated(network, Number(batch))
    const cells = steps.map((ms) => `${ms.toPrecision(3)} ms, ${(inline / ms).toFixed(1)}`)
    const exchange = `${first.toFixed(1)} ms, and ${each.toFixed(1)} for each further worker`
    console.log(
      `| ${network}, ${batch} | ${inline.toPrecision(3)} ms | ${update.toFixed(2)} ms | ${exchange} | ${cells.join(" | ")} |`
    )
  })
await Effect.runPromise(
  Effect.forEach(named.length > 0 ? named : names, measure).pipe(
    Effect.provide([Backend.layer("wasm"), Observer.silent])
  )
)
process.exit(0)
