import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type BackendName, backendNames } from "../../src/backends/Backend.js"
import { BackendError } from "../../src/backends/BackendError.js"
import type { BackendProbe } from "../../src/backends/BackendProbe.js"
import type { Choice } from "../../src/cli/commands/Doctor.js"
import { checkMachine, diagnose, drawBackends } from "../../src/cli/commands/Doctor.js"
import { Storage } from "../../src/checkpointing/Storage.js"
import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { recorder } from "../terminal/sample.js"
import { holdfast } from "./holdfast.js"

/** What `holdfast doctor` prints, and how it fails if it does, with little time for each backend. */
const checking = (json: boolean, backend?: BackendName, storage?: string) =>
  Effect.gen(function* () {
    const output = yield* recorder
    const options = {
      json,
      backend: Option.fromNullable(backend),
      storage: Option.fromNullable(storage)
    }
    const memory = Layer.effect(Storage, MemoryStorage.make)
    const result = yield* Effect.either(
      Effect.provide(checkMachine(options, 0.1), Layer.merge(output.layer, memory))
    )
    const text = (yield* output.written).map(([, line]) => line).join("")
    return { text, error: Either.isLeft(result) ? result.left : null }
  })

const missing: BackendProbe = { name: "tensorflow", available: false, why: "no addon; install it" }
const right: BackendProbe = { name: "wasm", available: true, gradientError: 0.001, step: 3 }
const wrong: BackendProbe = { name: "cpu", available: true, gradientError: Number.NaN, step: 90 }
const choice = (name: BackendName): Choice => Either.right({ name, reason: "requested" })
const unavailable = new BackendError({
  reason: "Unavailable",
  subject: "tensorflow",
  detail: "no addon; install it"
})

describe("holdfast doctor", () => {
  it.effect("prints the machine, each backend, and the choice", () =>
    Effect.gen(function* () {
      const { error, text } = yield* checking(false, "cpu")
      expect(error).toBe(null)
      expect(text).toMatch(/^holdfast +\d+\.\d+\.\d+\nTensorFlow\.js +4\.22\.0\nNode +\d+\./)
      expect(text).toMatch(/^cores +[1-9]\d*$/m)
      expect(text).toMatch(/^memory +[\d.]+ [GT]B, [\d.]+ [kMGT]B available$/m)
      expect(text).toMatch(/^tensorflow: /m)
      expect(text).toMatch(/^wasm: gradients right \(.* slope\), [\d.]+ ms a step$/m)
      expect(text).toMatch(/^cpu: gradients right \(.* slope\), [\d.]+ ms a step$/m)
      expect(text).toMatch(/^runs use the backend cpu: requested$/m)
    })
  )

  it.live("checks a folder for checkpoints, and leaves nothing there", () =>
    Effect.gen(function* () {
      const { error, text } = yield* checking(false, "cpu", "mirror")
      expect(error).toBe(null)
      expect(text).toMatch(/^storage mirror: reads, writes, and gives its lock to one of two; /m)
    })
  )

  it.effect("prints the same for programs, and chooses WebAssembly before any run", () =>
    Effect.gen(function* () {
      const { text } = yield* checking(true)
      const found = JSON.parse(text)
      expect(found).toMatchObject({
        tensorflow_js: "4.22.0",
        node: process.versions.node,
        memory: { total: expect.any(Number), available: expect.any(Number) }
      })
      const backends: ReadonlyArray<{ name: string; available: boolean }> = found.backends
      expect(backends.map(({ name }) => name)).toEqual(backendNames)
      expect(found.chosen).toBe("wasm")
      expect(found).toMatchObject({ trials: expect.any(Array) })
      expect(backends[2]).toMatchObject({
        name: "wasm",
        available: true,
        problem: null,
        gradients_right: true
      })
    })
  )

  it("fails only if the chosen backend computes wrong gradients", () => {
    const found = [missing, right, wrong]
    expect(diagnose(choice("wasm"), found)).toEqual(Either.right(undefined))
    expect(diagnose(choice("cpu"), found)).toMatchObject({
      left: { message: expect.stringMatching(/use the backend cpu, whose gradients are wrong/) }
    })
    expect(diagnose(Either.left(unavailable), found)).toMatchObject({ left: unavailable })
  })

  it("says that the requested backend is unavailable, and why each is", () => {
    const text = drawBackends(Either.left(unavailable), [missing, right, wrong])
    expect(text).toContain("tensorflow: not available: no addon; install it\n")
    expect(text).toContain("cpu: GRADIENTS WRONG")
    expect(text).toContain("runs would not start: backend tensorflow is unavailable\n")
  })

  it("refuses an unknown backend", async () => {
    const { code, err } = await holdfast(["doctor"], { env: { HOLDFAST_BACKEND: "abacus" } })
    expect(code).toBe(2)
    expect(err).toMatch(/^error: --backend or HOLDFAST_BACKEND is abacus; choose one of /)
  })
})
