import { describe, expect, it } from "@effect/vitest"
import sweep from "../../examples/classification/sweep.js"
import { strategyOf } from "../../src/sweep/Definition.js"
import * as Sweep from "../../src/sweep/Sweep.js"
import { simulate } from "./search/simulate.js"

describe("examples/classification/sweep.ts", () => {
  const { file } = sweep

  it("begins 24 trials, and trains few of them to their end", () => {
    const { tickets } = simulate({
      ...file,
      ...strategyOf(file),
      epochs: 12,
      value: (sample, epoch) => 0.9 - Number(sample["model.dropout"]) / 5 - 0.1 / epoch
    })
    expect(Sweep.problemOf({ ...file, epochs: 12 })).toBeUndefined()
    expect(new Set(tickets.map(({ trial }) => trial)).size).toBe(24)
    expect(tickets.filter(({ until }) => until === 12).length).toBeGreaterThan(0)
    expect(tickets.filter(({ until }) => until === 12).length).toBeLessThan(4)
    expect(tickets.every(({ until }) => [1, 3, 9, 12].includes(until))).toBe(true)
  })
})
