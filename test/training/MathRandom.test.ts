import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Random } from "holdfast"
import { seeded } from "../../src/training/MathRandom.js"

const draw = (seed: number) => Random.generator(Random.make(seed), "init")

/** What `Math.random` gives at once, after a yield, and in promises. */
const draws = Effect.gen(function* () {
  const first = Math.random()
  yield* Effect.yieldNow()
  const second = Math.random()
  const rest = yield* Effect.promise(async () => {
    const before = Math.random()
    await new Promise((resolve) => setImmediate(resolve))
    return [before, Math.random()]
  })
  return [first, second, ...rest, Math.random()]
})

const expected = (seed: number) => {
  const next = draw(seed)
  return Array.from({ length: 5 }, () => next())
}

describe("seeded", () => {
  it.live("gives an effect the numbers of its seed, also in the promises that it awaits", () =>
    Effect.gen(function* () {
      const own = Math.random
      expect(yield* seeded(draw(1), draws)).toStrictEqual(expected(1))
      expect(Math.random).toBe(own)
    })
  )

  it.live("keeps effects that run at the same time apart, and other code as it is", () =>
    Effect.gen(function* () {
      const own = Math.random
      const [a, b, others] = yield* Effect.all(
        [seeded(draw(1), draws), seeded(draw(2), draws), draws],
        { concurrency: "unbounded" }
      )
      expect(a).toStrictEqual(expected(1))
      expect(b).toStrictEqual(expected(2))
      expect([...expected(1), ...expected(2)]).not.toEqual(expect.arrayContaining([others[0]]))
      expect(Math.random).toBe(own)
    })
  )

  it.live("restores Math.random after a failure", () =>
    Effect.gen(function* () {
      const own = Math.random
      expect(yield* Effect.flip(seeded(draw(1), Effect.fail("broken")))).toBe("broken")
      yield* Effect.exit(
        seeded(
          draw(1),
          Effect.sync(() => {
            throw new Error("broken")
          })
        )
      )
      expect(Math.random).toBe(own)
    })
  )
})
