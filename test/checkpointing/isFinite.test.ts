import { describe, expect, it } from "@effect/vitest"
import { isFinite } from "../../src/checkpointing/format/isFinite.js"

const info = { dtype: "F32", shape: [4], begin: 0, end: 16 } as const
const bytes = (...values: ReadonlyArray<number>) => new Uint8Array(Float32Array.from(values).buffer)
const weight = "model_state_dict.dense.kernel"

describe("Finiteness.isFinite", () => {
  it.each([
    [[0, -0, 1e-45, 3.4028234e38], true],
    [[1, 2, 3, NaN], false],
    [[Infinity, 2, 3, 4], false],
    [[1, -Infinity, 3, 4], false]
  ])("%j: %s", (values, expected) => {
    expect(isFinite(weight, info, bytes(...values), 0)).toBe(expected)
    // Wherever it lies in memory.
    const moved = new Uint8Array(17)
    moved.set(bytes(...values), 1)
    expect(isFinite(weight, info, moved.subarray(1), 0)).toBe(expected)
  })

  it("looks at pieces, but not at numbers that they cut", () => {
    const all = bytes(1, NaN, 3, 4)
    expect(isFinite(weight, info, all.subarray(0, 6), 0)).toBe(true)
    expect(isFinite(weight, info, all.subarray(2, 9), 2)).toBe(false)
    expect(isFinite(weight, info, all.subarray(6), 6)).toBe(true)
    expect(isFinite(weight, info, new Uint8Array(), 3)).toBe(true)
  })

  it("looks at weights only, and at floats", () => {
    expect(isFinite("optimizer_state_dict.exp_avg", info, bytes(NaN), 0)).toBe(true)
    expect(isFinite(weight, { ...info, dtype: "I32" }, bytes(NaN), 0)).toBe(true)
  })
})
