import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Order from "../../src/data/Order.js"

/** A small generator, so that the test is the same each time. */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

describe("permutation", () => {
  it.effect("visits each example once", () =>
    Effect.gen(function* () {
      const order = yield* Order.permutation(1000, seeded(1))
      expect([...order].sort((a, b) => a - b)).toEqual([...Order.sequential(1000)])
      expect(order).not.toEqual(Order.sequential(1000))
    })
  )

  it.effect("is decided by what is drawn", () =>
    Effect.gen(function* () {
      const order = yield* Order.permutation(50, seeded(2))
      expect(yield* Order.permutation(50, seeded(2))).toEqual(order)
      expect(yield* Order.permutation(50, seeded(3))).not.toEqual(order)
    })
  )

  it.effect("makes every order equally often", () =>
    Effect.gen(function* () {
      const draw = seeded(4)
      const counts = new Map<string, number>()
      for (let i = 0; i < 24_000; i++) {
        const order = (yield* Order.permutation(4, draw)).join()
        counts.set(order, (counts.get(order) ?? 0) + 1)
      }
      expect(counts.size).toBe(24)
      // 1000 expected, with a deviation of 31.
      for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
    })
  )

  it.effect("draws once less than there are examples", () =>
    Effect.gen(function* () {
      let draws = 0
      yield* Order.permutation(7, () => {
        draws++
        return 0.999_999_999
      })
      expect(draws).toBe(6)
      expect(yield* Order.permutation(0, seeded(1))).toEqual(new Int32Array(0))
    })
  )

  it.live("lets a signal through while it orders millions of examples", () =>
    Effect.gen(function* () {
      let served = false
      setImmediate(() => (served = true))
      yield* Order.permutation(8_000_000, seeded(5))
      expect(served).toBe(true)
    })
  )
})

describe("batchAt", () => {
  const order = Int32Array.of(4, 2, 0, 1, 3)
  it("resumes at any example", () => {
    expect([...Order.batchAt(order, 0, 2)]).toEqual([4, 2])
    expect([...Order.batchAt(order, 3, 2)]).toEqual([1, 3])
  })
  it("is shorter at the end and empty after it", () => {
    expect([...Order.batchAt(order, 4, 2)]).toEqual([3])
    expect([...Order.batchAt(order, 5, 2)]).toEqual([])
  })
})
