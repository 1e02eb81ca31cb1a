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
  /** Where the y axis begins, unless a point is below; left out, at the lowest point. */
  readonly floor?: number
}

/** The dots of a braille character: two columns of four, from the top. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80]
] as const

/**
 * Draws a curve through points in the order of x, as lines of text, two columns of dots a character:
 * each column has the mean of the points in it, and a straight line leads from one to the next. Points
 * that are not finite are left out.
 */
export const chart = (
  points: ReadonlyArray<Point>,
  { columns, floor = Infinity, logarithmic = false, rows = 12 }: ChartOptions
): string => {
  const scale = (x: number) => (logarithmic ? Math.log(x) : x)
  const finite = points.filter(([x, y]) => Number.isFinite(scale(x)) && Number.isFinite(y))
  if (finite.length === 0) return ""
  const ys = finite.map(([, y]) => y)
  const [low, high] = [Math.min(floor, ...ys), Math.max(...ys)]
  const [from, to] = [finite[0]![0], finite.at(-1)![0]]
  const labels = [high, (low + high) / 2, low].map((y) => Format.number(y, 3))
  const margin = Math.max(...labels.map(({ length }) => length))
  const width = Math.max(10, columns - margin - 3)
  const reach = scale(to) - scale(from) || 1
  const sums = Array.from({ length: 2 * width }, () => ({ sum: 0, count: 0 }))
  for (const [x, y] of finite) {
    const column = sums[Math.round(((scale(x) - scale(from)) / reach) * (2 * width - 1))]!
    column.sum += y
    column.count += 1
  }
  const means = joined(sums.map(({ count, sum }) => (count === 0 ? null : sum / count)))
  const heights = means.map((mean) =>
    Math.round(((high - mean) / (high - low || 1)) * (rows * dots[0].length - 1))
  )
  const canvas = Array.from({ length: rows }, () => new Uint8Array(width))
  heights.forEach((height, x) => {
    // From beside the point before, so that a steep curve has no holes.
    const before = heights[x - 1] ?? height
    const near = before + Math.sign(height - before)
    for (let y = Math.min(near, height); y <= Math.max(near, height); y++) {
      canvas[Math.floor(y / 4)]![x >> 1]! |= dots[x % 2 === 0 ? 0 : 1][y % 4]!
    }
  })
  const lines = canvas.map((cells, row) => {
    const label = row === 0 ? 0 : row === Math.floor((rows - 1) / 2) ? 1 : row === rows - 1 ? 2 : -1
    const drawn = [...cells].map((cell) => (cell === 0 ? " " : String.fromCodePoint(0x2800 + cell)))
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

/** Numbers in straight lines between those that are known, and as the nearest one beyond. */
const joined = (numbers: ReadonlyArray<number | null>): ReadonlyArray<number> => {
  const known = numbers.flatMap((number, at) => (number === null ? [] : [[at, number] as const]))
  let next = 0
  return numbers.map((_, at) => {
    while (next < known.length - 1 && known[next]![0] < at) next++
    const [to, second] = known[next]!
    const [from, first] = known[Math.max(0, next - 1)]!
    return at >= to || from === to ? second : first + ((second - first) * (at - from)) / (to - from)
  })
}
