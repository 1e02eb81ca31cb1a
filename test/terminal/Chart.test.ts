import { describe, expect, it } from "@effect/vitest"
import { chart, type ChartOptions, type Point } from "../../src/terminal/Chart.js"

const line = (count: number, y: (i: number) => number): ReadonlyArray<Point> =>
  Array.from({ length: count }, (_, i) => [i + 1, y(i)] as const)

const one = (points: ReadonlyArray<Point>, options: ChartOptions) => chart([{ points }], options)

describe("chart", () => {
  it("draws a curve with round values at both axes", () => {
    const points = Array.from({ length: 20 }, (_, i) => [10 ** (i / 19), 5 - i / 4] as const)
    expect(`\n${one(points, { columns: 26, rows: 4, x: "logarithmic" })}\n`).toMatchSnapshot()
  })

  it("draws several curves with their letters, and their names at their ends", () => {
    const curves = [
      { points: line(60, (i) => 2 - i / 40), name: "train_loss" },
      { points: line(60, (i) => 2 - i / 80), name: "val_loss" }
    ]
    expect(`\n${chart(curves, { columns: 60, rows: 6, xName: "step" })}\n`).toMatchSnapshot()
  })

  it("paints curves and their names where colors are allowed", () => {
    const curves = [{ points: line(9, (i) => i), name: "up" }, { points: line(9, (i) => 8 - i) }]
    const text = chart(curves, { columns: 30, rows: 3, colors: true })
    expect(text).toContain("\x1b[36mup\x1b[39m")
    expect(text).toContain("\x1b[33m")
    expect(text).not.toMatch(/[ab] /)
  })

  it("takes every line no wider than it may", () => {
    for (const columns of [24, 40, 79, 200]) {
      const curves = [
        { points: line(500, (i) => Math.sin(i / 30) * 1e-4), name: "a metric with a long name" },
        { points: line(300, () => 0), name: "b" }
      ]
      for (const text of chart(curves, { columns }).split("\n")) {
        expect(text.length).toBeLessThanOrEqual(columns)
      }
    }
  })

  it("keeps a peak among many points only where peaks are asked for", () => {
    const points = line(10_000, (i) => (i === 5000 ? 100 : 1))
    const options = { columns: 40, rows: 5 }
    expect(one(points, { ...options, peaks: true })).toContain("100")
    expect(one(points, { ...options, peaks: true }).split("\n")[0]).toMatch(/\u28b8|\u2847/)
    expect(one(points, options)).not.toContain("100")
  })

  it("draws a curve only from its first to its last point", () => {
    const curves = [
      { points: line(100, () => 1) },
      { points: [[40, 0] as const, [60, 0] as const] }
    ]
    const [, , , last] = chart(curves, { columns: 60, rows: 4, colors: true }).split("\n")
    // oxlint-disable-next-line no-control-regex
    const drawn = last!.replaceAll(/\x1b\[\d+m/g, "").slice(last!.indexOf("┤") + 1)
    expect(drawn.search(/\S/)).toBeGreaterThan(15)
    expect(drawn.trimEnd().length).toBeLessThan(40)
  })

  it("keeps names on their line, without what a terminal obeys", () => {
    const text = chart([{ points: line(5, (i) => i), name: "a\x1b[2J\nb" }], {
      columns: 60,
      rows: 3
    })
    expect(text.split("\n")).toHaveLength(5)
    expect(text).toContain("a\\x1b[2J\\nb")
  })

  it("lists the names below where there are more than lines", () => {
    const curves = Array.from({ length: 5 }, (_, i) => ({
      points: line(3, () => i),
      name: `run-${i}`
    }))
    const lines = chart(curves, { columns: 40, rows: 3 }).split("\n")
    expect(lines.slice(5)).toEqual(["a run-0", "b run-1", "c run-2", "d run-3", "e run-4"])
  })

  it("draws nothing of what is not finite, or not positive on a logarithmic scale", () => {
    expect(chart([], { columns: 40 })).toBe("")
    expect(one([], { columns: 40 })).toBe("")
    expect(one([[1, NaN]], { columns: 40 })).toBe("")
    expect(one([[1, 0]], { columns: 40, y: "logarithmic" })).toBe("")
    const some = [
      [1, 2],
      [2, Infinity]
    ] as const
    expect(one(some, { columns: 40, rows: 2 }).split("\n")).toHaveLength(4)
  })
})
