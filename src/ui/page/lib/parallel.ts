import type { Finite, SweepParameter } from "../../Api.js"
import { formatField, formatNumber } from "./format.js"
import { logTicks } from "./chartData.js"

/** The name of the metric's axis, which no parameter has. */
export const metricAxis = ""

/** A part of an axis, from one value to another; of categories, from one's number to another's. */
export interface Brush {
  readonly axis: string
  readonly from: number
  readonly to: number
}

/** A tick of an axis: how far up it is, from 0 to 1. */
export interface Tick {
  readonly at: number
  readonly text: string
}

/** What tells where on an axis a value is. */
export interface Scale {
  readonly scale: "linear" | "log" | "category"
  /** The values at its ends; of categories, their numbers. */
  readonly low: number
  readonly high: number
  readonly categories: ReadonlyArray<string>
}

/** An axis of parallel coordinates. */
export interface Axis extends Scale {
  /** The path of the parameter, or `metricAxis`. */
  readonly path: string
  readonly label: string
  readonly ticks: ReadonlyArray<Tick>
  /** How far up each trial's value is; NaN where it has none. */
  readonly shares: Float64Array
}

/** How far up a value is on an axis, from 0 to 1. */
export const shareOf = ({ categories, high, low, scale }: Scale, value: number): number => {
  if (scale === "category") return (value + 0.5) / categories.length
  if (scale === "log") return Math.log(value / low) / Math.log(high / low)
  return (value - low) / (high - low)
}

/** The value that is so far up an axis; of categories, the number of the nearest. */
export const valueAt = ({ categories, high, low, scale }: Scale, share: number): number => {
  if (scale === "category") {
    return Math.min(categories.length - 1, Math.max(0, Math.floor(share * categories.length)))
  }
  return scale === "log" ? low * (high / low) ** share : low + share * (high - low)
}

/**
 * The last part of each path, or as many as tell it from the others. `optimizer.name` is the name of the
 * optimizer.
 */
export const shortLabels = (paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  paths
    .map((full) => full.replace(/(?<=.)\.name$/, ""))
    .map((path, _, paths) => {
      const parts = path.split(".")
      for (let kept = 1; kept < parts.length; kept++) {
        const label = parts.slice(-kept).join(".")
        if (paths.every((other) => other === path || !`.${other}`.endsWith(`.${label}`)))
          return label
      }
      return path
    })

/** The least and the greatest of numbers; `room` where there are none, or but one. */
const bounds = (values: ReadonlyArray<number>, isLog: boolean): readonly [number, number] => {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1]
  if (low < high) return [low, high]
  const room = Math.abs(low) * 0.1 || 1
  return isLog ? [low / 2, high * 2] : [low - room, high + room]
}

/** Round numbers from `low` to `high`, about so many. */
export const roundTicks = (low: number, high: number, most: number): ReadonlyArray<number> => {
  const rough = (high - low) / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12))
  )
}

const ticksOf = (axis: Scale): Axis["ticks"] => {
  if (axis.scale === "category") {
    return axis.categories.map((text, i) => ({ at: shareOf(axis, i), text }))
  }
  const inside =
    axis.scale === "log" ? logTicks(axis.low, axis.high) : roundTicks(axis.low, axis.high, 6)
  // An axis that has hardly a round number shows its ends.
  const values = inside.length < 2 ? [axis.low, axis.high] : inside
  return values.map((value) => ({ at: shareOf(axis, value), text: formatNumber(value, 3) }))
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value)

/** The axis of a parameter: its bounds, widened where a trial has gone beyond them. */
export const parameterAxis = (
  { choices = [], high, kind, log = false, low, path }: SweepParameter,
  label: string,
  trials: ReadonlyArray<Readonly<Record<string, unknown>>>
): Axis => {
  const values = trials.map((parameters) => parameters[path])
  if (kind === "choice") {
    const texts = values.map((value) => (value === undefined ? undefined : formatField(value)))
    const categories = [
      ...new Set([...choices.map(formatField), ...texts.filter((text) => text !== undefined)])
    ]
    const of = { scale: "category", low: 0, high: categories.length - 1, categories } as const
    const numbers = new Map(categories.map((text, i) => [text, i]))
    return {
      ...of,
      path,
      label,
      ticks: ticksOf(of),
      shares: Float64Array.from(texts, (text) =>
        text === undefined ? Number.NaN : shareOf(of, numbers.get(text)!)
      )
    }
  }
  const known = [low, high, ...values].filter(isNumber)
  const isLog = (kind === "log_uniform" || log) && known.every((value) => value > 0)
  return numberAxis(path, label, values, known, isLog)
}

/** An axis of numbers, as long as the `known` ones need; what has no place on it is no value. */
const numberAxis = (
  path: string,
  label: string,
  values: ReadonlyArray<unknown>,
  known: ReadonlyArray<number>,
  isLog: boolean
): Axis => {
  const [low, high] = bounds(known, isLog)
  const of = { scale: isLog ? "log" : "linear", low, high, categories: [] } as const
  return {
    ...of,
    path,
    label,
    ticks: ticksOf(of),
    shares: Float64Array.from(values, (value) =>
      isNumber(value) && (!isLog || value > 0) ? shareOf(of, value) : Number.NaN
    )
  }
}

/** Whether values differ by so much that a log scale shows more of them. */
export const needsLog = (values: ReadonlyArray<Finite>): boolean => {
  const known = values.filter(isNumber)
  const [low, high] = bounds(known, true)
  return known.length > 1 && low > 0 && high / low > 50
}

/** The axis of the metric. */
export const valueAxis = (label: string, values: ReadonlyArray<Finite>, isLog: boolean): Axis => {
  const known = values.filter(isNumber).filter((value) => !isLog || value > 0)
  return numberAxis(metricAxis, label, values, known, isLog)
}

/** The lowest and the highest share of an axis that a brush has. */
export const brushShares = (axis: Axis, { from, to }: Brush): readonly [number, number] =>
  axis.scale === "category"
    ? [from / axis.categories.length, (to + 1) / axis.categories.length]
    : [shareOf(axis, from), shareOf(axis, to)]

/** The brush of the part of an axis between two shares; a click, which is no part, is none. */
export const brushOf = (axis: Axis, one: number, other: number): Brush | null => {
  const [low, high] = [Math.min(one, other), Math.max(one, other)].map((share) =>
    Math.min(1, Math.max(0, share))
  ) as [number, number]
  if (axis.scale === "category") {
    const from = valueAt(axis, low)
    return {
      axis: axis.path,
      from,
      to: Math.max(from, Math.ceil(high * axis.categories.length) - 1)
    }
  }
  if (high - low < 0.01) return null
  // No finer than can be seen, but to the end where that is meant.
  const bound = (share: number) => {
    if (share < 0.005) return axis.low
    return share > 0.995 ? axis.high : Number(valueAt(axis, share).toPrecision(4))
  }
  return { axis: axis.path, from: bound(low), to: bound(high) }
}

/** Which trials are within every brush. */
export const within = (
  axes: ReadonlyArray<Axis>,
  brushes: ReadonlyArray<Brush>,
  count: number
): ReadonlyArray<boolean> => {
  const parts = brushes.flatMap((brush) => {
    const axis = axes.find(({ path }) => path === brush.axis)
    return axis === undefined ? [] : [[axis.shares, ...brushShares(axis, brush)] as const]
  })
  // A value at the very end of a brush counts as within.
  const slack = 1e-9
  return Array.from({ length: count }, (_, i) =>
    parts.every(([shares, low, high]) => shares[i]! >= low - slack && shares[i]! <= high + slack)
  )
}

/** The line that is nearest to a point: `x` in axes from the first, `y` a share; null where none is near. */
export const nearestLine = (
  axes: ReadonlyArray<Axis>,
  isShown: (trial: number) => boolean,
  x: number,
  y: number,
  reach: number
): number | null => {
  const left = Math.min(axes.length - 1, Math.max(0, Math.floor(x)))
  const right = Math.min(axes.length - 1, left + 1)
  const part = Math.min(1, Math.max(0, x - left))
  let found: number | null = null
  let least = reach
  const count = axes[0]?.shares.length ?? 0
  for (let trial = 0; trial < count; trial++) {
    if (!isShown(trial)) continue
    const one = lineShare(axes[left]!.shares[trial]!)
    const other = lineShare(axes[right]!.shares[trial]!)
    const away = Math.abs(one + (other - one) * part - y)
    if (away < least) {
      least = away
      found = trial
    }
  }
  return found
}

/** Where a line crosses an axis on which its trial has no value: below it. */
export const lacking = -0.09

/** How far up a line crosses an axis. */
export const lineShare = (share: number): number => (Number.isNaN(share) ? lacking : share)
