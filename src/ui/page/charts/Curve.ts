import type { Finite, MetricKind, Series, XAxis } from "../../Api.js"
import { join, type Joined } from "../lib/chartData.js"
import type { LineStyle } from "../lib/palette.js"
import { smooth } from "../../smooth.js"

/** A run among those that are drawn. */
export interface DrawnRun {
  readonly id: string
  readonly name: string
  readonly style: LineStyle
}

/** What a row of the data is drawn as. */
export type Role = "line" | "raw" | "low" | "high"

/** A row of the data: which run's, and drawn as what. */
export interface Row {
  readonly run: DrawnRun
  readonly role: Role
}

/** A chart's data and what its rows are. */
export interface ChartData {
  readonly joined: Joined
  readonly rows: ReadonlyArray<Row>
  /** The x and y of each run's line, for the values at the cursor. */
  readonly lines: ReadonlyMap<
    string,
    {
      readonly x: ReadonlyArray<number>
      readonly y: ReadonlyArray<Finite>
      /** What is drawn in place of y; null where it is not smoothed. */
      readonly smooth: ReadonlyArray<Finite> | null
    }
  >
  readonly kind: MetricKind | null
}

/**
 * The rows of a chart of one metric. Smoothed curves have the raw one behind them; where a point stands
 * for several steps, a band shows the lowest and the highest. An epoch's values are not smoothed: they are
 * few, and each is exact.
 */
export const chartData = (
  series: ReadonlyArray<Series>,
  runs: ReadonlyArray<DrawnRun>,
  weight: number
): ChartData => {
  const found = runs.flatMap((run) => {
    const one = series.find(({ id }) => id === run.id)
    return one === undefined || one.x.length === 0 ? [] : [{ run, one }]
  })
  const parts = found.map(({ one, run }) => {
    const isSmoothed = weight > 0 && isDense(one.kind) && one.y.length > 2
    const line = isSmoothed ? smooth(one.y, weight) : one.y
    const rows: ReadonlyArray<readonly [Role, ReadonlyArray<Finite>]> = [
      ...(one.low && one.high
        ? ([
            ["low", one.low],
            ["high", one.high]
          ] as const)
        : []),
      ...(isSmoothed ? ([["raw", one.y]] as const) : []),
      ["line", line]
    ]
    return { run, x: one.x, y: one.y, smooth: isSmoothed ? line : null, rows }
  })
  return {
    joined: join(parts.map(({ rows, x }) => ({ x, ys: rows.map(([, y]) => y) }))),
    rows: parts.flatMap(({ rows, run }) => rows.map(([role]) => ({ run, role }))),
    lines: new Map(parts.map(({ run, smooth, x, y }) => [run.id, { x, y, smooth }])),
    kind: found[0]?.one.kind ?? null
  }
}

/** Whether a metric has so many values that a line without points shows them. */
export const isDense = (kind: MetricKind | null): boolean => kind === "step" || kind === "system"

/** A tick of the x axis, short. */
export const tickX = (value: number, axis: XAxis): string => {
  if (axis === "time") {
    if (value < 60) return `${Number(value.toFixed(1))}s`
    if (value < 7200) return `${Number((value / 60).toFixed(1))}m`
    return `${Number((value / 3600).toFixed(1))}h`
  }
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toFixed(2))}M`
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toFixed(1))}k`
  return String(Number(value.toFixed(3)))
}
