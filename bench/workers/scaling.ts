/**
 * How a training step would scale to more workers than this machine has cores: by simulation, of times measured here.
 *
 *   tsx bench/workers/scaling.ts [NETWORK[:BATCH] …]
 *
 * Measured: a step of S shards on one thread, and its update alone, which give the time of a shard; how long the main
 * thread is busy with a step of S shards that one worker computes; and, at 8 examples, what such a step takes beyond that and
 * the shard: messages, and copies on the worker. Simulated: a step of S shards on S workers, each with a core and
 * memory of its own: one shard, the main thread's share, the messages.
 */
import * as Effect from "effect/Effect"
import { Observer } from "holdfast"
import * as tf from "holdfast/tf"
import { Backend } from "../../src/backends/Backend.js"
import { phasesOf } from "../../src/training/BoundPhase.js"
import { median } from "../median.js"
import { build, takeStep, type Built } from "./steps.js"

const named = process.argv.slice(2)
const names = ["speaker", "conv1d", "conv2d", "depthwise", "lstm", "dense"].map(
  (one) => `${one}:256`
)
const counts = [1, 2, 4, 8, 16]

/** The median of what is repeated for a while, five times at least, after so many milliseconds of warming up. */
const repeated = <E, R>(one: Effect.Effect<number, E, R>, warmUp = 700, milliseconds = 400) =>
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
    const timed = (batch: number, shards: number, workers: number) =>
      Effect.flatMap(build({ network, batch, shards, workers }), (one) =>
        repeated(takeStep(one))
      ).pipe(Effect.scoped)
    const update = yield* Effect.flatMap(build({ network, batch, shards: 1, workers: 0 }), (one) =>
      repeated(updateOf(one), 300)
    ).pipe(Effect.scoped)
    const inline = yield* Effect.forEach(counts, (shards) => timed(batch, shards, 0))
    const shard = inline.map((ms, i) => (ms - update) / counts[i]!)
    const shares = yield* Effect.forEach(counts, shareOf(network, batch))
    const small = 8
    const beyond = (yield* timed(small, 1, 1)) - (yield* timed(small, 1, 0)) + update
    const messages = Math.max(0, beyond - (yield* shareOf(network, small)(1)))
    const steps = counts.map((_, i) => shard[i]! + shares[i]! + messages)
    return { inline: inline[0]!, shares, messages, steps }
  })

/** For how many milliseconds of a step of so many shards the main thread is busy, where one worker computes them. */
const shareOf = (network: string, batch: number) => (shards: number) =>
  Effect.flatMap(build({ network, batch, shards, workers: 1 }), (one) =>
    Effect.gen(function* () {
      yield* repeated(takeStep(one))
      const before = performance.eventLoopUtilization()
      let count = 0
      for (const end = performance.now() + 500; count < 5 || performance.now() < end; count++) {
        yield* takeStep(one)
      }
      return performance.eventLoopUtilization(before).active / count
    })
  ).pipe(Effect.scoped)

const columns = counts.map((count) => `${count} workers`).join(" | ")
console.log(`| network, batch | today | main thread | messages | ${columns} |`)
console.log(`|${" --- |".repeat(4 + counts.length)}`)
const measure = (one: string) =>
  Effect.gen(function* () {
    const [network = "", batch = "256"] = one.split(":")
    const { inline, messages, shares, steps } = yield* simulated(network, Number(batch))
    const cells = [
      `${network}, ${batch}`,
      `${inline.toPrecision(3)} ms`,
      `${shares[0]!.toFixed(1)} to ${shares.at(-1)!.toFixed(1)} ms`,
      `${messages.toFixed(1)} ms`,
      ...steps.map((ms) => `${ms.toPrecision(3)} ms, ${(inline / ms).toFixed(1)}`)
    ]
    console.log(`| ${cells.join(" | ")} |`)
  })
await Effect.runPromise(
  Effect.forEach(named.length > 0 ? named : names, measure).pipe(
    Effect.provide([Backend.layer("wasm"), Observer.silent])
  )
)
process.exit(0)
