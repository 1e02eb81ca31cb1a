import { describe, expect, it } from "@effect/vitest"
import * as Windows from "../../src/audio/Windows.js"

/** Rows 0, 1, 2 … of width 2, each value its row. */
const rows = (count: number) =>
  Float32Array.from({ length: 2 * count }, (_, i) => Math.floor(i / 2))

const window = (count: number, start: number, frames: number) => {
  const target = new Float32Array(2 * frames + 2).fill(-1)
  Windows.copyWindow(rows(count), 2, start, frames, target, 1)
  expect([target[0], target.at(-1)]).toEqual([-1, -1])
  return [...target.subarray(1, -1)].filter((_, i) => i % 2 === 0)
}

describe("copyWindow", () => {
  it("crops what is longer", () => {
    expect(window(5, 1, 3)).toEqual([1, 2, 3])
    expect(window(5, 2, 3)).toEqual([2, 3, 4])
  })
  it("tiles what is shorter, from any row on", () => {
    expect(window(3, 0, 7)).toEqual([0, 1, 2, 0, 1, 2, 0])
    expect(window(3, 2, 7)).toEqual([2, 0, 1, 2, 0, 1, 2])
    expect(window(1, 0, 3)).toEqual([0, 0, 0])
  })
})

describe("startOf", () => {
  it("centres a crop and begins a tiling at its beginning", () => {
    expect(Windows.startOf(10, 4)).toBe(3)
    expect(Windows.startOf(4, 4)).toBe(0)
    expect(Windows.startOf(3, 4)).toBe(0)
  })
  it("draws every crop and every phase, and no other", () => {
    const highest = () => 1 - Number.EPSILON
    expect([Windows.startOf(10, 4, () => 0), Windows.startOf(10, 4, highest)]).toEqual([0, 6])
    expect([Windows.startOf(3, 4, () => 0), Windows.startOf(3, 4, highest)]).toEqual([0, 2])
  })
  it("draws once, whatever the length", () => {
    for (const rows of [1, 4, 10]) {
      let draws = 0
      Windows.startOf(rows, 4, () => {
        draws++
        return 0.5
      })
      expect(draws).toBe(1)
    }
  })
})

describe("coveringStarts", () => {
  it("is one window for what is no longer than one", () => {
    expect(Windows.coveringStarts(3, 4)).toEqual([0])
    expect(Windows.coveringStarts(4, 4)).toEqual([0])
  })
  it("reaches from the first row to the last, overlapping by half or more", () => {
    for (const rows of [5, 6, 7, 100, 101]) {
      const starts = Windows.coveringStarts(rows, 4)
      expect(starts[0]).toBe(0)
      expect(starts.at(-1)).toBe(rows - 4)
      starts.slice(1).forEach((start, i) => {
        expect(start - starts[i]!).toBeGreaterThan(0)
        expect(start - starts[i]!).toBeLessThanOrEqual(2)
      })
    }
    expect(Windows.coveringStarts(3, 1)).toEqual([0, 1, 2])
  })
})
