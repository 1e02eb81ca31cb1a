import { afterEach, describe, expect, it } from "@effect/vitest"
import * as Determinism from "../../src/backends/Determinism.js"
import * as Environment from "../../src/backends/tensorflow/Environment.js"

describe("Determinism.record", () => {
  const name = "abacus"
  const withThreads = (threads: number) => Determinism.declare(name, { holds: "Here", threads })

  it("says what the backend promises, and nothing of one that says nothing", () => {
    expect(Determinism.record("wasm", null)).toEqual({ deterministic: true })
    expect(Determinism.record("webgpu", null)).toEqual({ deterministic: false })
    expect(Determinism.record("unknown", null)).toEqual({})
    withThreads(2)
    expect(Determinism.record(name, null)).toEqual({ deterministic: true, threads: 2 })
  })

  it("stays true only where every session computed in the same way", () => {
    withThreads(2)
    const before = { backend: name, deterministic: true, threads: 2 }
    const recorded = (changes: object) =>
      Determinism.record(name, { ...before, ...changes }).deterministic
    expect(recorded({})).toBe(true)
    expect(recorded({ threads: 3 })).toBe(false)
    expect(recorded({ deterministic: false })).toBe(false)
    expect(recorded({ backend: "wasm" })).toBe(false)
  })

  it("takes checkpoints of earlier releases for deterministic on wasm and cpu only", () => {
    withThreads(2)
    const of = (backend: string) => Determinism.record(backend, { backend }).deterministic
    expect([of("wasm"), of("cpu"), of(name)]).toEqual([true, true, false])
  })
})

describe("Determinism.lost", () => {
  it("names what a resumed run lacks that its checkpoint had", () => {
    Determinism.declare("abacus", { holds: "Here", threads: 4 })
    const before = { backend: "abacus", deterministic: true, threads: 4 }
    expect(Determinism.lost(before)).toBeNull()
    expect(Determinism.lost({ ...before, threads: 1 })).toBe("Threads")
    expect(Determinism.lost({ ...before, deterministic: false, threads: 1 })).toBeNull()
    Determinism.declare("abacus", { holds: "Nowhere", threads: 4 })
    expect(Determinism.lost(before)).toBe("Determinism")
  })
})

describe("the environment of native TensorFlow", () => {
  const names = [
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_NUM_INTRAOP_THREADS",
    "TF_DETERMINISTIC_OPS",
    "TF_CUDNN_DETERMINISTIC"
  ]
  const before = names.map((name) => [name, process.env[name]] as const)
  const clear = () => names.forEach((name) => delete process.env[name])
  afterEach(() => {
    clear()
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value
  })

  it("has as many threads as the user says, one for a deterministic run, or all", () => {
    clear()
    expect(Environment.threads(true)).toBe(1)
    expect(Environment.threads(false)).toBeGreaterThan(0)
    process.env["TF_NUM_INTRAOP_THREADS"] = "3"
    expect([Environment.threads(true), Environment.threads(false)]).toEqual([3, 3])
    process.env["TF_NUM_INTRAOP_THREADS"] = "many"
    expect(Environment.threads(true)).toBe(1)
  })

  it("holds the settings while TensorFlow loads, and is as before afterwards", async () => {
    clear()
    process.env["TF_CPP_MIN_LOG_LEVEL"] = "0"
    const read = () => names.slice(0, 2).map((name) => process.env[name])
    expect(await Environment.loadingWith(5, () => Promise.resolve(read()))).toEqual(["0", "5"])
    expect(read()).toEqual(["0", undefined])
    const failing = Environment.loadingWith(5, () => Promise.reject(new Error("no addon")))
    await expect(failing).rejects.toThrow("no addon")
    expect(read()).toEqual(["0", undefined])
  })

  it("fixes the order of operations on processors, and on a GPU only if need be", () => {
    const set = (mustBe: boolean, isOnGpu: boolean) => [
      Environment.fixOrder(mustBe, isOnGpu),
      process.env["TF_DETERMINISTIC_OPS"],
      process.env["TF_CUDNN_DETERMINISTIC"]
    ]
    clear()
    expect(set(false, true)).toEqual([false, undefined, undefined])
    expect(set(false, false)).toEqual([true, "1", undefined])
    process.env["TF_DETERMINISTIC_OPS"] = "0"
    expect(set(false, false)).toEqual([false, "0", undefined])
    expect(set(true, true)).toEqual([true, "1", "1"])
  })
})
