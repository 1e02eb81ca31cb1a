import { describe, expect, it } from "@effect/vitest"
import { Random } from "holdfast"

const take = (count: number, draw: () => number) => Array.from({ length: count }, draw)

describe("Random", () => {
  it("draws the same numbers for the same seed, purpose and moment, on every machine", () => {
    const draw = Random.generator(Random.make(7), "step", 3, 14)
    expect(take(3, draw)).toStrictEqual(take(3, Random.generator(Random.make(7), "step", 3, 14)))
    expect(take(3, Random.generator(Random.make(1), "shuffle", 0))).toMatchInlineSnapshot(`
      [
        0.8784306620452538,
        0.5348597936400812,
        0.7737577994374876,
      ]
    `)
  })

  it("draws others for another seed, purpose or moment", () => {
    const first = (seed: number, ...purpose: ReadonlyArray<string | number>) =>
      Random.generator(Random.make(seed), ...purpose)()
    const draws = [
      first(1, "step", 1, 11),
      first(1, "step", 11, 1),
      first(2, "step", 1, 11),
      first(1, "shuffle", 1, 11),
      first(1, "step", 1, 12)
    ]
    expect(new Set(draws).size).toBe(draws.length)
  })

  it("draws uniformly, also the first number of neighbouring moments", () => {
    const firsts = Array.from({ length: 20_000 }, (_, step) =>
      Random.generator(Random.make(1), "step", 0, step)()
    )
    const many = take(20_000, Random.generator(Random.make(1), "init"))
    for (const draws of [firsts, many]) {
      const bins = Array.from({ length: 20 }, () => 0)
      for (const x of draws) bins[Math.floor(x * 20)]! += 1
      const chiSquare = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)
      // The 0.999 quantile for 19 degrees of freedom.
      expect(chiSquare).toBeLessThan(43.8)
    }
  })

  it("stands in for Math.random only while the body runs, also if that throws", () => {
    const original = Math.random
    expect(
      Random.withMathRandom(
        () => 0.25,
        () => Math.random()
      )
    ).toBe(0.25)
    expect(() =>
      Random.withMathRandom(
        () => 0.25,
        () => {
          throw new Error("body")
        }
      )
    ).toThrow("body")
    expect(Math.random).toBe(original)
  })
})
