import * as Effect from "effect/Effect"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { chart, type Curve, type Point } from "../../terminal/Chart.js"
import { displayWidth } from "../../terminal/Table.js"
import type { Finite, Series } from "../../ui/Api.js"
import { smooth } from "../../ui/smooth.js"
import type { OpenRun } from "./OpenRuns.js"
import { RunsError } from "./RunsError.js"

/** What is asked of curves. */
export interface CurveOptions {
  readonly x: "step" | "epoch" | "time"
  /** The weight of the past in the moving average; 0: as they are. */
  readonly smooth: number
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** The most points of each. */
  readonly points: number
}

/** A curve of a run. */
export interface RunCurve extends Series {
  readonly run: string
  /** Beside its end: what tells it from the others. */
  readonly name: string
}

/** The metrics of runs: `asked`, or the losses. A metric that none of the runs has is an error. */
export const chooseMetrics = Effect.fn("Curves.metrics")(function* (
  runs: ReadonlyArray<OpenRun>,
  asked: ReadonlyArray<string>
) {
  const names = yield* Effect.forEach(runs, ({ id, views }) =>
    Effect.map(views.metrics([id]), ({ metrics }) => metrics.map(({ name }) => name))
  )
  const known = [...new Set(names.flat())]
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown !== undefined || known.length === 0) {
    return yield* new RunsError({
      reason: known.length === 0 ? "NoMetrics" : "NoSuchMetric",
      name: unknown ?? "",
      where: runs.map(({ label }) => label).join(", "),
      known
    })
  }
  if (asked.length > 0) return [...new Set(asked)]
  const usual = ["loss", "val_loss"].filter((name) => known.includes(name))
  return usual.length > 0 ? usual : known.slice(0, 1)
})

/** The curves of `metrics` of each run, those of one metric together. */
export const read = Effect.fn("Curves.read")(function* (
  runs: ReadonlyArray<OpenRun>,
  metrics: ReadonlyArray<string>,
  { from, points, smooth: weight, to, x }: CurveOptions
) {
  const found = yield* Effect.forEach(runs, ({ id, label, views }) =>
    Effect.map(views.series({ ids: [id], metrics, x, points, from, to }), ({ series }) =>
      series.map((one): RunCurve => {
        const name =
          runs.length === 1 ? one.metric : metrics.length === 1 ? label : `${label} ${one.metric}`
        const smoothed = { ...one, run: label, name, y: smooth(one.y, weight) }
        if (weight === 0) return smoothed
        // What is smoothed has no peaks.
        const { high: _high, low: _low, ...line } = smoothed
        return line
      })
    )
  )
  return metrics.flatMap((metric) => found.flat().filter((curve) => curve.metric === metric))
})

/** How curves are drawn. */
export interface DrawOptions extends Pick<CurveOptions, "x" | "smooth"> {
  readonly columns: number
  readonly rows: number
  readonly log: boolean
  readonly colors: boolean
  /** Whether the lowest and the highest of several points are drawn, and not only their middle. */
  readonly peaks: boolean
}

/** The curves as a chart under a heading; "" where none has a point that can be drawn. */
export const draw = (
  curves: ReadonlyArray<RunCurve>,
  { colors, columns, log, peaks, rows, smooth: weight, x }: DrawOptions
): string => {
  const drawn = chart(
    curves.map((curve) => toCurve(curve, peaks)),
    {
      columns,
      rows,
      colors,
      x: x === "time" ? "time" : "linear",
      y: log ? "logarithmic" : "linear",
      peaks
    }
  )
  if (drawn === "") return ""
  const metrics = Printable.value([...new Set(curves.map(({ metric }) => metric))].join(", "))
  const axis = { step: t`step`, epoch: t`epoch`, time: t`time` }[x]
  const heading = t`${metrics} by ${axis}` + (weight === 0 ? "" : t`, smoothed by ${weight}`)
  return `${" ".repeat(Math.max(0, Math.floor((columns - displayWidth(heading)) / 2)))}${heading}\n${drawn}`
}

/** A curve of a chart: where a point stands for several, the lowest and the highest of them, too. */
const toCurve = ({ high, low, name, x, y }: RunCurve, peaks: boolean): Curve => ({
  name,
  points: x.flatMap((at, i): ReadonlyArray<Point> =>
    (peaks ? [low?.[i], y[i], high?.[i]] : [y[i]]).flatMap((value) =>
      value == null ? [] : [[at, value] as const]
    )
  )
})

/** The last, the lowest and the highest value of a curve; null where it has none. */
export const extremes = ({ high, low, y }: RunCurve) => {
  const finite = (values: ReadonlyArray<Finite>) =>
    values.filter((value): value is number => value !== null)
  const [values, lows, highs] = [finite(y), finite(low ?? y), finite(high ?? y)]
  return values.length === 0
    ? null
    : {
        last: values.at(-1)!,
        lowest: Math.min(...lows, ...values),
        highest: Math.max(...highs, ...values)
      }
}
