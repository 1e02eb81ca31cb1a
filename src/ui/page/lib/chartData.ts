import type { Finite, XAxis } from "../../Api.js"
import { formatClock, formatDuration, formatNumber } from "./format.js"

/** Curves of one chart over one x axis: uPlot draws no other. What a curve lacks at an x is undefined. */
export interface Joined {
  readonly x: ReadonlyArray<number>
  readonly ys: ReadonlyArray<ReadonlyArray<Finite | undefined>>
}

/** Brings curves with an x axis each to a common one. */
export const join = (
  curves: ReadonlyArray<{
    readonly x: ReadonlyArray<number>
    readonly ys: ReadonlyArray<ReadonlyArray<Finite>>
  }>
): Joined => {
  const all = new Set<number>()
  for (const { x } of curves) for (const value of x) all.add(value)
  const x = Float64Array.from(all).sort()
  const index = new Map<number, number>()
  x.forEach((value, i) => index.set(value, i))
  return {
    x: [...x],
    ys: curves.flatMap((curve) =>
      curve.ys.map((y) => {
        const row = Array.from<Finite | undefined>({ length: x.length })
        curve.x.forEach((value, i) => {
          row[index.get(value)!] = y[i] ?? null
        })
        return row
      })
    )
  }
}

/** The index of the value of `x`, which ascends, that is nearest to `at`; -1 where there is none. */
export const nearest = (x: ReadonlyArray<number>, at: number): number => {
  if (x.length === 0) return -1
  let low = 0
  let high = x.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= at) low = middle
    else high = middle
  }
  return Math.abs(x[high]! - at) < Math.abs(x[low]! - at) ? high : low
}

/**
 * The lowest and the highest value of a chart, with room above and below; on a log scale only what is
 * positive counts. A flat line lies in the middle.
 */
export const range = (
  values: Iterable<Finite | undefined>,
  log: boolean
): readonly [number, number] => {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue
    if (log && value <= 0) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return log ? [0.1, 1] : [0, 1]
  if (log) return low === high ? [low / 2, high * 2] : [low / 1.12, high * 1.12]
  // What differs in the last bits alone is flat, too: between such values there is no room for ticks.
  const isFlat = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))
  const room = isFlat ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06
  // A curve that comes near 0 and is never below shows 0 as its floor.
  const floor = low >= 0 && low - room < 0 ? 0 : low - room
  return [floor, high + room]
}

/** Where a log scale has ticks: at 1, 2 and 5 of each power of ten, at the powers alone where they are many. */
export const logTicks = (low: number, high: number): ReadonlyArray<number> => {
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const steps = last - first > 3 ? [1] : [1, 2, 5]
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    .filter((tick) => tick >= low && tick <= high)
}

/** The part of an x axis after a step of the keyboard: a move or a zoom by a share of what is shown. */
export const moveZoom = (
  shown: { readonly from: number; readonly to: number },
  all: { readonly from: number; readonly to: number },
  step: { readonly move?: number; readonly scale?: number }
): { readonly from: number; readonly to: number } | null => {
  const width = (shown.to - shown.from) * (step.scale ?? 1)
  const full = all.to - all.from
  if (width >= full) return null
  const middle = (shown.from + shown.to) / 2 + (step.move ?? 0) * width
  const from = Math.min(all.to - width, Math.max(all.from, middle - width / 2))
  return { from, to: from + width }
}

/** A part of the x axis, as an address has it: no finer than can be seen. */
export const roundZoom = (
  from: number,
  to: number
): { readonly from: number; readonly to: number } => {
  const scale = 10 ** Math.max(0, 3 - Math.floor(Math.log10(to - from)))
  return { from: Math.round(from * scale) / scale, to: Math.round(to * scale) / scale }
}

/** A value of the x axis, as the cursor shows it. */
export const formatX = (value: number, axis: XAxis): string => {
  switch (axis) {
    case "time":
      return formatDuration(value)
    case "wall":
      return formatClock(new Date(value * 1000), true)
    case "epoch":
      return formatNumber(Number(value.toFixed(2)))
    case "step":
      return formatNumber(Math.round(value), 6)
  }
}
