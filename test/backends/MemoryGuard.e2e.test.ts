import * as tf from "holdfast/tf"
import { afterEach, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Run, Stage } from "holdfast"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import { BackendError } from "../../src/backends/BackendError.js"
import { start } from "../../src/backends/StartBackend.js"
import * as Readback from "../../src/backends/Readback.js"
import { largest, limitTo } from "../../src/backends/wasm/MemoryGuard.js"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"
import { use } from "./backends.js"

const module = () =>
  (
    tf.backend() as unknown as {
      wasm: { _malloc: (bytes: number) => number; _free: (address: number) => void }
    }
  ).wasm

const memory = (): { readonly buffer: ArrayBuffer } =>
  (tf.backend() as unknown as { wasm: { asm: { memory: { buffer: ArrayBuffer } } } }).wasm.asm
    .memory

/** Has the memory be as large as it is now for good. */
const stopGrowth = () => limitTo(memory().buffer.byteLength)

const thrownBy = (body: () => unknown): unknown => {
  try {
    body()
  } catch (error) {
    return error
  }
  return undefined
}

/** Takes what is free of the memory, in ever smaller pieces. */
const fill = (): Array<tf.Tensor> => {
  const pieces: Array<tf.Tensor> = []
  for (let size = 2 ** 22; size >= 64; size /= 2) {
    while (thrownBy(() => pieces.push(tf.fill([size], 7))) === undefined);
    stopGrowth()
  }
  return pieces
}

describe("allocation in the memory of the module", () => {
  beforeAll(() => use("wasm"))

  it("puts two tensors of half its size where one was", () => {
    const { _free: free, _malloc: allocate } = module()
    const size = 2 ** 25
    const [large, next] = [allocate(size), allocate(size)]
    free(large)
    const halves = [allocate(size / 2), allocate(size / 2)]
    expect(halves[0]).toBe(large)
    expect(halves[1]).toBeGreaterThan(large)
    expect(halves[1]).toBeLessThan(next)
    ;[...halves, next].forEach(free)
  })
})

describe("memory that has run out", () => {
  beforeAll(() => use("wasm"))
  afterEach(() => limitTo(largest))

  it("is an error that says how much there is, before anything is written", () => {
    const tensors = [tf.fill([2 ** 20], 1)]
    const before = tf.memory().numBytes
    stopGrowth()
    const error = thrownBy(() => {
      for (let i = 2; ; i++) tensors.push(tf.fill([2 ** 20], i))
    }) as BackendError
    expect(error).toBeInstanceOf(BackendError)
    expect(error.reason).toBe("OutOfMemory")
    const limit = memory().buffer.byteLength
    const inUse = before + (tensors.length - 1) * 2 ** 22
    expect(error.memory).toEqual({ needed: 2 ** 22, inUse, limit })
    expect(error.message).toContain("4,194,304 bytes more are needed, tensors hold")
    limitTo(largest)
    expect(tensors.map((tensor) => tensor.dataSync()[12_345])).toEqual(tensors.map((_, i) => i + 1))
    tf.dispose(tensors)
  })

  it("is one for what is larger than all memory, too", () => {
    const error = thrownBy(() => tf.zeros([2 ** 30 + 2])) as BackendError
    expect(error.reason).toBe("OutOfMemory")
  })

  it("lets nothing more be computed or read", async () => {
    const tensor = tf.ones([4])
    stopGrowth()
    thrownBy(() => tf.zeros([2 ** 28]))
    expect(thrownBy(() => tf.add(tensor, 1))).toBeInstanceOf(BackendError)
    expect(thrownBy(() => tensor.dataSync())).toBeInstanceOf(BackendError)
    const error = await Effect.runPromise(Effect.flip(Readback.values([tensor])))
    expect(error.reason).toBe("OutOfMemory")
    expect((await Effect.runPromise(Effect.flip(start("wasm")))).detail).toContain(
      "has run out in this process"
    )
    tensor.dispose()
  })

  it("detects an allocation that fails inside a stock kernel", () => {
    const image = tf.ones([1, 200, 200, 1]) as tf.Tensor4D
    const hole = tf.ones([1, 199, 199, 1])
    const pieces = fill()
    hole.dispose()
    const error = thrownBy(() => tf.image.resizeBilinear(image, [199, 199])) as BackendError
    expect(error.reason).toBe("OutOfMemory")
    tf.dispose([image, ...pieces])
  })

  it("ends a run in its step, whose last checkpoint stays", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const shrink = Stage.make("shrink", {
        description: "leave no memory after the first epoch",
        run: (run: Run.Run) =>
          Effect.gen(function* () {
            if ((yield* Run.position(run)).epoch === 1) {
              yield* Effect.orDie(Checkpointer.drain(run[TypeId]))
              stopGrowth()
              fill()
            }
            return run
          })
      })
      const training = { save_interval: 1 }
      const pipeline = pipelineOf({ extra: shrink })
      const { exit } = yield* session({ folder, training, pipeline, backend: "wasm" })
      const failure = Exit.isFailure(exit) ? [...Cause.failures(exit.cause)] : []
      expect(failure).toMatchObject([{ _tag: "BackendError", reason: "OutOfMemory" }])
      expect((yield* checkpointIn(folder)).meta.epoch).toBe(1)
    }).pipe(Effect.scoped, Effect.runPromise))
})
