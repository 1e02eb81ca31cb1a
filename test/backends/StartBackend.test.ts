import { describe, expect, it } from "@effect/vitest"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { temporaryFolder } from "holdfast/testing"
import type { BackendName } from "../../src/backends/Backend.js"
import * as Native from "../../src/backends/Native.js"
import { BackendUnavailable } from "../../src/backends/BackendUnavailable.js"
import { startWith } from "../../src/backends/StartBackend.js"
import * as WebGpu from "../../src/backends/WebGpu.js"

/** Starters of which those named succeed; they record that they ran. */
const starters = (available: ReadonlyArray<BackendName>) => {
  const ran: Array<BackendName> = []
  const starter = (name: BackendName) =>
    Effect.suspend(() => {
      ran.push(name)
      return available.includes(name)
        ? Effect.void
        : Effect.fail(new BackendUnavailable({ why: `no ${name} here`, remedy: `install ${name}` }))
    })
  return {
    ran,
    all: {
      tensorflow: starter("tensorflow"),
      webgpu: Effect.as(starter("webgpu"), "a software adapter"),
      wasm: starter("wasm"),
      cpu: starter("cpu")
    }
  }
}

const absent = "native TensorFlow is not installed"

describe("startWith", () => {
  it.effect("starts WebAssembly first, and reports why it is not native TensorFlow", () =>
    Effect.gen(function* () {
      const { all, ran } = starters(["tensorflow", "wasm", "cpu"])
      expect(yield* startWith(all, undefined, absent)).toEqual({ name: "wasm", reason: absent })
      expect((yield* startWith(all, undefined, null)).reason).toBe(
        "the fastest for small networks; training tries native TensorFlow as well"
      )
      expect(ran).toEqual(["wasm", "wasm"])
    })
  )

  it.effect("falls through to the next candidate, and reports why", () =>
    Effect.gen(function* () {
      const { all } = starters(["cpu"])
      expect(yield* startWith(all, undefined, null)).toEqual({
        name: "cpu",
        reason: "no wasm here; no tensorflow here"
      })
    })
  )

  it.effect("starts WebGPU only on request", () =>
    Effect.gen(function* () {
      const { all, ran } = starters(["webgpu", "cpu"])
      expect((yield* startWith(all, undefined, null)).name).toBe("cpu")
      expect(ran).toEqual(["wasm", "tensorflow", "cpu"])
      expect(yield* startWith(all, "webgpu", null)).toEqual({
        name: "webgpu",
        reason: "requested; it runs on a software adapter"
      })
    })
  )

  it.effect("never falls back when a backend was requested", () =>
    Effect.gen(function* () {
      const { all, ran } = starters(["wasm", "cpu"])
      const error = yield* Effect.flip(startWith(all, "tensorflow", null))
      expect(error.reason).toBe("Unavailable")
      expect(error.message).toBe(
        "backend tensorflow cannot be used: no tensorflow here; install tensorflow"
      )
      expect(ran).toEqual(["tensorflow"])
    })
  )
})

describe("Native.installed", () => {
  const gpu = "@tensorflow/tfjs-node-gpu"

  it.scopedLive("wants the addon, and not only the package", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const locate: Native.Find = (name) => (name === gpu ? { version: "4.22.0", folder } : null)
      expect(Native.whyNotInstalled(() => null)).toBe(
        "native TensorFlow, which is optional, is not installed"
      )
      expect(Native.installed(locate)).toBe(null)
      expect(Native.whyNotInstalled(locate)).toBe(`${gpu} is installed without its native addon`)

      mkdirSync(join(folder, "lib", "napi-v8"), { recursive: true })
      writeFileSync(join(folder, "lib", "napi-v8", "tfjs_binding.node"), "")
      expect(Native.installed(locate)).toEqual({ name: gpu, version: "4.22.0", folder })
      expect(Native.whyNotInstalled(locate)).toBe(null)
    })
  )
})

const notFound = (name: string) =>
  Promise.reject(
    Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: "ERR_MODULE_NOT_FOUND"
    })
  )

describe("Native.start", () => {
  const obstacle = (load: (name: string) => Promise<unknown>) =>
    Effect.map(Effect.flip(Native.start(load)), ({ why }) => why)

  it.effect("tries both packages", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const why = yield* obstacle((name) => {
        asked.push(name)
        return notFound(name)
      })
      expect(asked).toEqual(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"])
      expect(why).toBe("native TensorFlow, which is optional, is not installed")
    })
  )

  it.effect("sees that a package came without its addon", () =>
    Effect.gen(function* () {
      const missing =
        "The Node.js native addon module (tfjs_binding.node) can not be found at path: x"
      const why = yield* obstacle((name) =>
        name.endsWith("gpu") ? Promise.reject(new Error(missing)) : notFound(name)
      )
      expect(why).toBe("@tensorflow/tfjs-node-gpu is installed without its native addon")
    })
  )

  it.effect("says what a broken one says", () =>
    Effect.gen(function* () {
      const broken = new Error("libtensorflow.so.2: cannot open shared object file\nmore")
      const why = yield* obstacle((name) =>
        name.endsWith("gpu") ? Promise.reject(broken) : notFound(name)
      )
      expect(why).toBe(
        "@tensorflow/tfjs-node-gpu does not load: libtensorflow.so.2: cannot open shared object file"
      )
    })
  )
})

describe("WebGpu.start", () => {
  const obstacle = (load: (name: string) => Promise<unknown>) =>
    Effect.map(Effect.flip(WebGpu.start(load)), ({ message }) => message)

  it.effect("says which package is missing, and how to get it", () =>
    Effect.gen(function* () {
      expect(yield* obstacle(notFound)).toBe(
        "the package webgpu is not installed; " +
          "`npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0` installs it"
      )
    })
  )

  it.effect("says that there is no graphics processor", () =>
    Effect.gen(function* () {
      const none = { globals: {}, create: () => ({ requestAdapter: () => Promise.resolve(null) }) }
      expect(yield* obstacle(() => Promise.resolve(none))).toContain(
        "there is no graphics processor that WebGPU can use"
      )
    })
  )
})
