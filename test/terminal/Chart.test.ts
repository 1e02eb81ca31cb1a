import { describe, expect, it } from "@effect/vitest"
import { chart } from "../../src/terminal/Chart.js"

describe("chart", () => {
  it("draws a curve with the ends of both axes", () => {
    const points = Array.from({ length: 20 }, (_, i) => [10 ** (i / 19), 5 - i / 4] as const)
    expect(`\n${chart(points, { columns: 26, rows: 4, logarithmic: true })}\n`).toMatchSnapshot()
  })

  it("draws nothing of what is not finite", () => {
    expect(chart([], { columns: 40 })).toBe("")
    expect(chart([[1, NaN]], { columns: 40 })).toBe("")
    expect(
      chart(
        [
          [1, 2],
          [2, Infinity]
        ],
        { columns: 40, rows: 2 }
      ).split("\n").length
    ).toBe(4)
  })
})
