import * as tf from "holdfast/tf"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Device from "../../src/backends/webgpu/Device.js"
import { use } from "./backends.js"

type Listener = (event: { readonly error: Error; readonly preventDefault: () => void }) => void

/** Opens a device that can be made to fail. */
const open = async () => {
  const listeners: Array<Listener> = []
  let lose!: (loss: { readonly message: string }) => void
  await Device.open({
    info: { vendor: "none", device: "", description: "a driver", isFallbackAdapter: true },
    limits: {},
    requestDevice: () =>
      Promise.resolve({
        lost: new Promise((resolve) => (lose = resolve)),
        addEventListener: (_type: string, listener: Listener) => void listeners.push(listener),
        pushErrorScope: () => {},
        popErrorScope: () => Promise.resolve(null)
      })
  })
  return {
    lose,
    object: (message: string) =>
      listeners.forEach((listener) => listener({ error: new Error(message), preventDefault() {} }))
  }
}

const reading = Effect.suspend(() => Device.read([tf.tensor([1, 2])]))

// Some backend, of which the tensors are that the device is asked for.
beforeAll(() => use("cpu"))
// Other tests of this process find none that they could compute on.
afterAll(() => Device.markFaulty("it was a stand-in"))

describe("a device of WebGPU", () => {
  it.effect("reads what it has computed", () =>
    Effect.gen(function* () {
      yield* Effect.promise(open)
      expect(Device.description()).toBe("none, a driver, a software adapter")
      expect((yield* reading).map((values) => [...values])).toEqual([[1, 2]])
    })
  )

  it.effect("reads nothing more after a fault, and tells the first", () =>
    Effect.gen(function* () {
      const { object } = yield* Effect.promise(open)
      object("a shader is wrong\n - while calling it")
      object("and so is what follows")
      expect(Device.isSound()).toBe(false)
      const error = yield* Effect.flip(reading)
      expect(error.message).toBe(
        "backend webgpu has failed; its latest results are invalid: a shader is wrong"
      )
      expect(yield* Effect.flip(reading)).toEqual(error)
    })
  )

  it.effect("reads nothing that comes together with a fault", () =>
    Effect.gen(function* () {
      const { object } = yield* Effect.promise(open)
      const fiber = yield* Effect.fork(reading)
      yield* Effect.yieldNow()
      object("too late")
      expect((yield* Effect.flip(fiber)).detail).toBe("too late")
    })
  )

  it.effect("reads nothing once it is lost, and another takes its place", () =>
    Effect.gen(function* () {
      const { lose } = yield* Effect.promise(open)
      lose({ message: "it was unplugged" })
      yield* Effect.promise(() => Promise.resolve())
      expect((yield* Effect.flip(reading)).detail).toBe("the device was lost: it was unplugged")
      yield* Effect.promise(open)
      expect(Device.isSound()).toBe(true)
    })
  )
})
