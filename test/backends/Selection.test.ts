import { describe, expect, it } from "@effect/vitest"
import {
  decide,
  describe as describeTrial,
  faster,
  isWorthTrying,
  type Timing
} from "../../src/backends/Selection.js"

const wasm = (step: number): Timing => ({ name: "wasm", step })
const tensorflow = (step: number): Timing => ({ name: "tensorflow", step })
const broken: Timing = { name: "wasm", problem: "out of memory" }

describe("Selection.decide", () => {
  const given = { configured: "auto", saved: null, current: "wasm", candidates: [] } as const
  const both = ["wasm", "tensorflow"]

  it("keeps the current backend where there is no other", () => {
    expect(decide(given)).toEqual({ _tag: "Keep" })
  })

  it("has a trial choose for a run from scratch where there are two", () => {
    expect(decide({ ...given, candidates: both })).toEqual({ _tag: "Trial" })
  })

  it("stays on the backend of the checkpoint, without a trial", () => {
    const resumed = { ...given, candidates: both }
    expect(decide({ ...given, saved: "wasm" })).toEqual({ _tag: "Keep" })
    expect(decide({ ...resumed, saved: "wasm" })).toEqual({ _tag: "Prefer", name: "wasm" })
    const prefer = { _tag: "Prefer", name: "tensorflow" }
    expect(decide({ ...resumed, saved: "tensorflow" })).toEqual(prefer)
    expect(decide({ ...resumed, saved: "a backend of the pipeline" })).toEqual({ _tag: "Keep" })
  })

  it("does what the config says, also for a run that is resumed", () => {
    const configured = { ...given, candidates: both, configured: "cpu" } as const
    expect(decide(configured)).toEqual({ _tag: "Use", name: "cpu" })
    expect(decide({ ...configured, saved: "wasm" })).toEqual({ _tag: "Use", name: "cpu" })
  })
})

describe("Selection.faster", () => {
  it("takes the second only where it is clearly faster", () => {
    expect(faster([wasm(10), tensorflow(14)])).toBe("wasm")
    expect(faster([wasm(10), tensorflow(9.5)])).toBe("wasm")
    expect(faster([wasm(10), tensorflow(8)])).toBe("tensorflow")
  })

  it("takes one that can train the network before one that cannot", () => {
    expect(faster([broken, tensorflow(99)])).toBe("tensorflow")
    expect(faster([wasm(99), { name: "tensorflow", problem: "?" }])).toBe("wasm")
    expect(faster([broken, { name: "tensorflow", problem: "?" }])).toBe("wasm")
  })
})

describe("Selection.isWorthTrying", () => {
  it("spares short runs the trial", () => {
    expect(isWorthTrying(wasm(10), 1000)).toBe(false)
    expect(isWorthTrying(wasm(10), 10_000)).toBe(true)
    expect(isWorthTrying(broken, 1)).toBe(true)
  })
})

describe("Selection.describe", () => {
  it("names the chosen one's time first", () => {
    const timings = [wasm(9.06), tensorflow(142.3)]
    expect(describeTrial(timings, "wasm")).toBe("9.1 ms a step, tensorflow 142")
    expect(describeTrial(timings, "tensorflow")).toBe("142 ms a step, wasm 9.1")
    expect(describeTrial([broken, tensorflow(3)], "tensorflow")).toBe(
      "3.0 ms a step, wasm cannot train it: out of memory"
    )
  })
})
