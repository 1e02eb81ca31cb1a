import * as Printable from "../io/Printable.js"
import { across, Canvas, down, type Cell } from "./Braille.js"
import { isOn, label, place, ticks, type Scale } from "./Scale.js"
import { cut, displayWidth } from "./Table.js"

/** A point of a curve. */
export type Point = readonly [x: number, y: number]

/** A curve through points, from left to right. */
export interface Curve {
  readonly points: ReadonlyArray<Point>
  /** Written beside its end. */
  readonly name?: string
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** In characters, labels included. */
  readonly columns: number
  /** In lines, without the two of the x axis. */
  readonly rows?: number
  readonly x?: Scale
  readonly y?: Scale
  /** What x counts; written at the end of its axis where there are names beside the curves. */
  readonly xName?: string
  /** Where the y axis begins, unless a point is below; left out, at the lowest point. */
  readonly floor?: number
  /** Whether each column has all its points, from the lowest to the highest, and not only their mean. */
  readonly peaks?: boolean
  /** Whether each curve has a color; without, curves have letters where there are several. */
  readonly colors?: boolean
}

/** The longest name beside a curve, in columns, and the narrowest chart that has room for names there. */
const longestName = 28
const narrow = 40

/**
 * Draws curves as lines of braille characters, two columns of dots a character: each column has the mean
 * of the points in it, and a straight line leads from one to the next. Points that are not finite, or not
 * positive on a logarithmic scale, are left out; "" where none is left. The first curve is on top.
 */
export const chart = (curves: ReadonlyArray<Curve>, options: ChartOptions): string => {
  const {
    columns,
    floor = Infinity,
    peaks = false,
    rows = 12,
    x = "linear",
    y = "linear"
  } = options
  const shown = curves.map(({ points }) => points.filter(([a, b]) => isOn(x, a) && isOn(y, b)))
  if (shown.every((points) => points.length === 0)) return ""
  const [from, to] = bounds(shown.flatMap((points) => points.map(([at]) => at)))

  const names = namesOf(curves, options)
  const isBeside = curves.length <= rows && columns >= narrow
  const beside = isBeside ? Math.max(0, ...names.map((name) => displayWidth(name) + 1)) : 0

  // The margin depends on the labels, these on what is drawn, and that on the margin: as if it took eight.
  const guess = reduce(shown, Math.max(10, columns - 8 - beside) * across, place(x, from, to))
  const values = guess.flat().flatMap((column) => (column === null ? [] : range(column, peaks)))
  const [low, highest] = bounds(values)
  const lowest = y === "logarithmic" ? low : Math.min(low, floor)
  const marks = ticks(y, lowest, highest, Math.ceil(rows / 2.5))
  const margin = Math.max(...marks.map((mark) => label(y, mark).length))
  const width = Math.max(10, columns - margin - 2 - beside)

  const dotsDown = rows * down - 1
  const share = place(y, lowest, highest)
  const height = (value: number) => Math.round((1 - share(value)) * dotsDown)
  const canvas = new Canvas(width, rows)
  const reduced = reduce(shown, width * across, place(x, from, to))
  for (let curve = curves.length - 1; curve >= 0; curve--) {
    trace(canvas, reduced[curve]!, { curve, height, peaks })
  }

  const rowOf = (value: number) => Math.floor(height(value) / down)
  const labels = new Map(marks.map((mark) => [rowOf(mark), label(y, mark)]))
  const ends = isBeside
    ? spread(
        reduced.map((points) => rowOf(points.findLast((one) => one !== null)?.mean ?? lowest)),
        rows
      )
    : []
  const lines = lettered(canvas.lines, curves.length, options).map((cells, row) => {
    const text = labels.get(row)
    const curve = ends.indexOf(row)
    const drawn = painted(cells, options)
    const name = curve === -1 || names[curve] === undefined ? "" : names[curve]
    const line = `${(text ?? "").padStart(margin)} ${text === undefined ? "│" : "┤"}${drawn}`
    return name === "" ? line.trimEnd() : `${line} ${paint(curve, name, options)}`
  })
  return [
    ...lines,
    ...xAxis({ margin, width, beside, from, to, x, name: options.xName ?? "" }),
    ...(isBeside ? [] : names.map((name, curve) => paint(curve, name, options)))
  ].join("\n")
}

/** The lowest and the highest of some numbers. */
const bounds = (numbers: ReadonlyArray<number>): readonly [low: number, high: number] =>
  numbers.reduce<readonly [number, number]>(
    ([low, high], number) => [Math.min(low, number), Math.max(high, number)],
    [Infinity, -Infinity]
  )

/** Values in a row as a curve of one line, without axes; null and what is not finite is a gap. */
export const sparkline = (values: ReadonlyArray<number | null>, columns: number): string => {
  const points = values.flatMap((y, x): ReadonlyArray<Point> =>
    y === null || !Number.isFinite(y) ? [] : [[x, y]]
  )
  if (points.length === 0) return ""
  const share = place("linear", ...bounds(points.map(([, y]) => y)))
  const canvas = new Canvas(columns, 1)
  const height = (y: number) => Math.round((1 - share(y)) * (down - 1))
  const along = place("linear", 0, Math.max(1, values.length - 1))
  const [line] = reduce([points], columns * across, along)
  trace(canvas, line!, { curve: 0, height, peaks: false })
  return canvas.lines[0]!.map(({ character }) => character).join("")
}

/** What a column has of a curve. */
interface Column {
  readonly mean: number
  readonly low: number
  readonly high: number
}

const range = ({ high, low, mean }: Column, peaks: boolean) => (peaks ? [low, high] : [mean])

/** For each curve, what is in each of `columns`; null where there is no point. */
const reduce = (
  curves: ReadonlyArray<ReadonlyArray<Point>>,
  columns: number,
  share: (x: number) => number
): ReadonlyArray<ReadonlyArray<Column | null>> =>
  curves.map((points) => {
    const found = Array.from({ length: columns }, () => ({
      sum: 0,
      count: 0,
      low: Infinity,
      high: -Infinity
    }))
    for (const [x, y] of points) {
      const column = found[Math.round(share(x) * (columns - 1))]!
      column.sum += y
      column.count += 1
      column.low = Math.min(column.low, y)
      column.high = Math.max(column.high, y)
    }
    return found.map(({ count, high, low, sum }) =>
      count === 0 ? null : { mean: sum / count, low, high }
    )
  })

/** Draws a curve from its first column to its last. */
const trace = (
  canvas: Canvas,
  columns: ReadonlyArray<Column | null>,
  {
    curve,
    height,
    peaks
  }: { readonly curve: number; readonly height: (value: number) => number; readonly peaks: boolean }
): void => {
  let last: { readonly x: number; readonly y: number } | null = null
  columns.forEach((column, x) => {
    if (column === null) return
    const y = height(column.mean)
    let before: number = last === null ? y : last.y
    for (let at = last === null ? x : last.x + 1; at <= x; at++) {
      const here =
        last === null ? y : Math.round(last.y + ((y - last.y) * (at - last.x)) / (x - last.x))
      // From beside the dot before, so that a steep curve has no holes.
      canvas.column(at, before + Math.sign(here - before), here, curve)
      before = here
    }
    if (peaks) canvas.column(x, height(column.high), height(column.low), curve)
    last = { x, y }
  })
}

/** A line for each curve, as near as possible to its own, none twice. */
const spread = (wanted: ReadonlyArray<number>, rows: number): ReadonlyArray<number> => {
  const order = wanted
    .map((row, curve) => ({ row, curve }))
    .sort((a, b) => a.row - b.row || a.curve - b.curve)
  const found = wanted.map(() => 0)
  let next = 0
  order.forEach(({ curve, row }, i) => {
    next = Math.min(Math.max(next, row), rows - (order.length - i))
    found[curve] = next++
  })
  return found
}

const letter = (curve: number): string => String.fromCodePoint(97 + (curve % 26))

const isLettered = (curves: number, { colors = false }: ChartOptions) => curves > 1 && !colors

/** The names of the curves as they are written: on one line, shortened, each after its letter. */
const namesOf = (curves: ReadonlyArray<Curve>, options: ChartOptions): ReadonlyArray<string> =>
  curves.map(({ name }, curve) => {
    if (name === undefined) return ""
    const most = Math.min(longestName, Math.floor(options.columns / 3))
    const text = cut(Printable.value(Printable.shortened(name, most)), most)
    return isLettered(curves.length, options) ? `${letter(curve)} ${text}` : text
  })

/** Distances between two letters on a curve. */
const apart = 16

/** Lines in which each curve has its letter here and there. */
const lettered = (
  lines: ReadonlyArray<ReadonlyArray<Cell>>,
  curves: number,
  options: ChartOptions
): ReadonlyArray<ReadonlyArray<Cell>> =>
  isLettered(curves, options)
    ? lines.map((cells) =>
        cells.map((cell, column) =>
          cell.curve !== null &&
          (column + cell.curve * Math.ceil(apart / curves)) % apart === apart / 2
            ? { ...cell, character: letter(cell.curve) }
            : cell
        )
      )
    : lines

/** Colors that people with any vision tell apart, by their codes: cyan, yellow, magenta, green, blue, red. */
const palette = [36, 33, 35, 32, 34, 31]

const paint = (curve: number, text: string, { colors = false }: ChartOptions): string =>
  colors ? `\x1b[${palette[curve % palette.length]}m${text}\x1b[39m` : text

/** Text of cells, those of one curve after another in its color. */
const painted = (cells: ReadonlyArray<Cell>, options: ChartOptions): string => {
  let text = ""
  for (let at = 0; at < cells.length;) {
    const { curve } = cells[at]!
    let run = ""
    while (at < cells.length && cells[at]!.curve === curve) run += cells[at++]!.character
    text += curve === null ? run : paint(curve, run, options)
  }
  return text
}

const xAxis = (axis: {
  readonly margin: number
  readonly width: number
  /** The columns to the right of the axis. */
  readonly beside: number
  readonly from: number
  readonly to: number
  readonly x: Scale
  readonly name: string
}): ReadonlyArray<string> => {
  const { beside, from, margin, name, to, width, x } = axis
  const share = place(x, from, to)
  const rule = Array.from({ length: width }, () => "─")
  let labels = ""
  for (const mark of ticks(x, from, to, Math.floor(width / 10))) {
    const column = Math.round(share(mark) * (width - 1))
    const text = label(x, mark)
    const start = Math.max(0, Math.min(width - text.length, column - Math.floor(text.length / 2)))
    if (labels !== "" && start < labels.length + 1) continue
    rule[column] = "┬"
    labels = labels.padEnd(start) + text
  }
  const named =
    name !== "" && displayWidth(name) < beside ? `${labels.padEnd(width)} ${name}` : labels
  return [`${" ".repeat(margin + 1)}└${rule.join("")}`, `${" ".repeat(margin + 2)}${named}`]
}
