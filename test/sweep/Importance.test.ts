import { describe, expect, it } from "@effect/vitest"
import { importance, leastTrials } from "../../src/sweep/Importance.js"
import * as Space from "../../src/sweep/space/Space.js"

const space: Space.Space = {
  lr: Space.logUniform(1e-4, 1),
  x: Space.uniform(-1, 1),
  n: Space.int(8, 128, { step: 8 }),
  u: Space.int(1, 500, { log: true }),
  c: Space.choice(["a", "b", "c"])
}

/** The samples of scripts/importance-references.py: fractions of multiples of irrational numbers. */
const trials = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const [lr, x, n, u, c] = [2, 3, 5, 7, 11].map((p) => ((i + 1) * Math.sqrt(p)) % 1)
    const parameters = {
      lr: 10 ** (-4 * lr!),
      x: 2 * x! - 1,
      n: 8 + 8 * Math.floor(16 * n!),
      u: Math.floor(500 ** u!),
      c: "abc"[Math.floor(3 * c!)]!
    }
    const value =
      (Math.log10(parameters.lr) + 2) ** 2 +
      Math.abs(parameters.n - 64) / 40 +
      (parameters.c === "b" ? 1 : 0) +
      0.1 * parameters.x
    return { parameters, value }
  })

// Printed by scripts/importance-references.py with Optuna 5.0.
const optuna = [
  [
    20,
    {
      lr: 0.900024105508269,
      x: 0.06291240842306313,
      n: 0.023064512629143868,
      c: 0.012376654490020116,
      u: 0.001622318949504237
    }
  ],
  [
    60,
    {
      lr: 0.720790143559525,
      n: 0.18788536463436925,
      u: 0.03601923226668331,
      c: 0.034600374618042246,
      x: 0.02070488492138026
    }
  ],
  [
    200,
    {
      lr: 0.5002381134228321,
      n: 0.38162667953211193,
      x: 0.055004637141604355,
      c: 0.051441188194515264,
      u: 0.011689381708936273
    }
  ]
] as const

describe("importance", () => {
  it("has Optuna's values, the greatest first", () => {
    for (const [count, values] of optuna) {
      const found = importance({ space, mode: "min", trials: trials(count) })!
      expect(found.map(({ path }) => path)).toEqual(Object.keys(values))
      for (const { path, value } of found) {
        expect(value).toBeCloseTo(values[path as keyof typeof values], 6)
      }
    }
  })

  it("turns with the mode", () => {
    const turned = trials(60).map(({ parameters, value }) => ({ parameters, value: -value }))
    expect(importance({ space, mode: "max", trials: turned })).toEqual(
      importance({ space, mode: "min", trials: trials(60) })
    )
  })

  it("leaves out trials without a value, and those that were never a number", () => {
    const more = [
      ...trials(60),
      ...trials(90)
        .slice(60)
        .map(({ parameters }, i) => ({ parameters, value: i % 2 ? undefined : Number.NaN }))
    ]
    expect(importance({ space, mode: "min", trials: more })).toEqual(
      importance({ space, mode: "min", trials: trials(60) })
    )
  })

  it("says nothing of few trials, or where all are alike", () => {
    const alike = trials(60).map(({ parameters }) => ({ parameters, value: 1 }))
    expect(importance({ space, mode: "min", trials: trials(leastTrials - 1) })).toBeUndefined()
    expect(importance({ space, mode: "min", trials: trials(leastTrials) })).toHaveLength(5)
    expect(importance({ space, mode: "min", trials: alike })).toBeUndefined()
  })

  it("is 0 for a choice of one value", () => {
    const single = { x: space["x"]!, one: Space.choice(["a"]) }
    const found = importance({
      space: single,
      mode: "min",
      trials: trials(30).map(({ parameters, value }) => ({
        parameters: { x: parameters.x, one: "a" },
        value
      }))
    })!
    expect(found).toEqual([
      { path: "x", value: 1 },
      { path: "one", value: 0 }
    ])
  })
})
