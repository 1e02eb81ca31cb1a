import { describe, expect, it } from "@effect/vitest"
import { label, place, ticks } from "../../src/terminal/Scale.js"

describe("ticks", () => {
  it("takes round steps", () => {
    expect(ticks("linear", 0.13, 2.37, 4)).toEqual([0.5, 1, 1.5, 2])
    expect(ticks("linear", 1, 3000, 7)).toEqual([500, 1000, 1500, 2000, 2500, 3000])
    expect(ticks("linear", 0, 0.3, 4)).toEqual([0, 0.1, 0.2, 0.3])
    expect(ticks("linear", -5, 5, 3)).toEqual([-5, 0, 5])
  })

  it("takes steps of a clock for time", () => {
    expect(ticks("time", 0, 9000, 6).map((at) => label("time", at))).toEqual([
      "0:00",
      "30:00",
      "1:00:00",
      "1:30:00",
      "2:00:00",
      "2:30:00"
    ])
  })

  it("takes powers of ten on a logarithmic scale, with round values between where there is room", () => {
    expect(ticks("logarithmic", 0.06, 2.4, 5)).toEqual([0.1, 0.2, 0.5, 1, 2])
    expect(ticks("logarithmic", 0.06, 2.4, 3)).toEqual([0.1, 0.3, 1])
    expect(ticks("logarithmic", 1e-8, 1, 5)).toEqual([1e-8, 1e-6, 1e-4, 0.01, 1])
    expect(ticks("logarithmic", 0.31, 0.34, 3)).toEqual([0.32, 0.34])
  })

  it("takes the value where there is but one", () => {
    expect(ticks("linear", 3, 3, 4)).toEqual([3])
  })
})

describe("place", () => {
  it("is linear or logarithmic between the ends, and the middle where they are equal", () => {
    expect(place("linear", 0, 4)(1)).toBe(0.25)
    expect(place("logarithmic", 1, 100)(10)).toBeCloseTo(0.5)
    expect(place("linear", 3, 3)(3)).toBe(0.5)
  })
})
