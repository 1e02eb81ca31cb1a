import { expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Observer, type Run, Stages } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import * as Progress from "../../src/training/Progress.js"
import { TypeId } from "../../src/training/Run.js"
import { soak } from "../checkpointing/simulated.js"
import { everyKernelRun } from "./everyKernelRun.js"
import { testBackend } from "../support/backend.js"

/** Steps between two snapshots, and how many such rounds: 500 steps, or 10,000 in a soak. */
const steps = 50
const [warmUp, rounds] = soak === 0 ? [2, 8] : [20, 180]
/** An epoch, then a snapshot: taken, read as a save reads it, and released. */
const round = (run: Run.Run) =>
  Effect.gen(function* () {
    yield* Stages.trainEpoch.run(run)
    const checkpointer = run[TypeId]
    const at = yield* Checkpointer.advance(checkpointer, (before) =>
      Progress.afterStage(before, null, 0)
    )
    const { checkpoint, dispose } = Checkpointer.snapshot(checkpointer, at)
    for (const tensor of checkpoint.tensors.values()) yield* tensor.bytes
    dispose()
  })

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as (options?: { type: "minor" }) => void

interface Module {
  readonly HEAPU8: Uint8Array
  readonly _malloc: (bytes: number) => number
  readonly _free: (address: number) => void
}

/** What must be the same after every round. */
const held = () => {
  const { numBytes, numDataBuffers, numTensors } = tf.memory()
  const inBackend = tf.backend().numDataIds()
  return { heap: module()?.HEAPU8.length, inBackend, numBytes, numDataBuffers, numTensors }
}

/** The WebAssembly backend's; undefined on another. */
const module = () => (tf.backend() as unknown as { readonly wasm?: Module }).wasm

/**
 * Where the heap of WebAssembly has room for a block larger than any that a step takes: further and
 * further back if a little is left over each time, long before the heap as a whole must grow.
 */
const room = (): number => {
  const address = module()?._malloc(2 ** 18) ?? 0
  module()?._free(address)
  return address
}

const inProcess = () => {
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

it.scopedLive(
  "memory does not grow while a run trains",
  () =>
    Effect.gen(function* () {
      const run = yield* everyKernelRun({ steps, epochs: warmUp + rounds })
      for (let i = 0; i < warmUp; i++) yield* round(run)
      const before = { ...inProcess(), room: room() }
      const first = held()
      for (let i = 0; i < rounds; i++) {
        yield* round(run)
        expect(held()).toEqual(first)
      }
      const after = { ...inProcess(), room: room() }
      if (soak > 0)
        console.log(`before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`)
      expect(after.room - before.room).toBeLessThan(2 ** 15)
      expect(after.heapUsed - before.heapUsed).toBeLessThan(2 * 2 ** 20)
      expect(after.rss - before.rss).toBeLessThan(64 * 2 ** 20)
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent])),
  1_200_000
)

it.scopedLive("a step's batch does not outlive it", () =>
  Effect.gen(function* () {
    const [warmUp, steps, size] = [40, 80, 2 ** 20]
    const arrays: Array<number> = []
    const plain = yield* everyKernelRun({ steps, epochs: 1 })
    const { train } = plain.dataset
    const run: Run.Run = {
      ...plain,
      dataset: {
        ...plain.dataset,
        train: {
          ...train,
          // Part of a larger buffer, which lives for as long as the batch.
          batch: (indices) =>
            Effect.map(train.batch(indices), (batch) => {
              const inputs = new Float32Array(size).subarray(0, batch.inputs.length)
              inputs.set(batch.inputs)
              return { ...batch, inputs }
            })
        }
      }
    }
    const watching = Layer.succeed(Observer, {
      emit: () =>
        Effect.sync(() => {
          // Twice, as what is new outlives one look at the young.
          collectGarbage({ type: "minor" })
          collectGarbage({ type: "minor" })
          arrays.push(process.memoryUsage().arrayBuffers)
        })
    })
    yield* Effect.provide(Stages.trainEpoch.run(run), watching)
    expect(arrays).toHaveLength(steps)
    // V8 keeps the batches of the few steps in which it compiles what they are for.
    const kept = (arrays.at(-1)! - arrays[warmUp]!) / (4 * size)
    expect(kept).toBeLessThan((steps - warmUp) / 4)
  }).pipe(Effect.provide(Backend.layer(testBackend)))
)
