import * as Format from "./Format.js"

/** A point of a chart. */
export type Point = readonly [x: number, y: number]

/** How a chart is drawn. */
export interface ChartOptions {
  /** In characters, labels included. */
  readonly columns: number
  /** In lines, without that of the x axis. */
  readonly rows?: number
  /** Whether x grows by factors instead of steps. */
  readonly logarithmic?: boolean
}

const dots = ["⠁", "⠂", "⠄", "⡀"] as const

/**
 * Draws a curve through points in the order of x, as lines of text: each column has the mean of the
 * points in it. Points that are not finite are left out.
 */
export const chart = (
  points: ReadonlyArray<Point>,
  { columns, logarithmic = false, rows = 12 }: ChartOptions
): string => {
  const scale = (x: number) => (logarithmic ? Math.log(x) : x)
  const finite = points.filter(([x, y]) => Number.isFinite(scale(x)) && Number.isFinite(y))
  if (finite.length === 0) return ""
  const ys = finite.map(([, y]) => y)
  const [low, high] = [Math.min(...ys), Math.max(...ys)]
  const [from, to] = [finite[0]![0], finite.at(-1)![0]]
  const labels = [high, (low + high) / 2, low].map((y) => Format.number(y, 3))
  const margin = Math.max(...labels.map(({ length }) => length))
  const width = Math.max(10, columns - margin - 3)
  const reach = scale(to) - scale(from) || 1
  const sums = Array.from({ length: width }, () => ({ sum: 0, count: 0 }))
  for (const [x, y] of finite) {
    const column = sums[Math.round(((scale(x) - scale(from)) / reach) * (width - 1))]!
    column.sum += y
    column.count += 1
  }
  // Four dots a line.
  const heights = sums.map(({ count, sum }) =>
    count === 0
      ? null
      : Math.round(((high - sum / count) / (high - low || 1)) * (rows * dots.length - 1))
  )
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row === 0 ? 0 : row === Math.floor((rows - 1) / 2) ? 1 : row === rows - 1 ? 2 : -1
    const drawn = heights.map((height) =>
      height !== null && Math.floor(height / dots.length) === row
        ? dots[height % dots.length]!
        : " "
    )
    return `${(labels[label] ?? "").padStart(margin)} ┤${drawn.join("")}`.trimEnd()
  })
  const [left, right] = [Format.number(from, 3), Format.number(to, 3)]
  const gap = Math.max(1, width - left.length - right.length)
  return [
    ...lines,
    `${" ".repeat(margin + 1)}└${"─".repeat(width)}`,
    `${" ".repeat(margin + 2)}${left}${" ".repeat(gap)}${right}`
  ].join("\n")
}
