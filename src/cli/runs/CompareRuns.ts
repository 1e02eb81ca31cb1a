import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { stringify } from "../../events/JsonLines.js"
import { Output } from "../../terminal/Output.js"
import * as Comparison from "./Comparison.js"
import * as Curves from "./Curves.js"
import { openRuns, type OpenRun } from "./OpenRuns.js"
import { warnOfProblems } from "./PlotRuns.js"

/** The command line of `holdfast compare`, as parsed. */
export interface Options {
  readonly runs: ReadonlyArray<string>
  readonly metric: ReadonlyArray<string>
  readonly json: boolean
}

/** The most metrics that are drawn unless they are named, and the size of their charts. */
const most = 4
const size = { columns: 60, rows: 7 }

/** Compares the runs that are named. */
export const compareRuns = Effect.fn("CompareRuns")(function* (options: Options) {
  const runs = yield* openRuns(options.runs, ".")
  yield* warnOfProblems(runs)
  yield* print(runs, options)
}, Effect.scoped)

/** Prints the comparison of runs. */
export const print = Effect.fnUntraced(function* (
  runs: ReadonlyArray<OpenRun>,
  options: Pick<Options, "json" | "metric">
) {
  const { columns, out, terminal } = yield* Output
  if (options.json) return yield* out(`${stringify(Comparison.toJson(runs))}\n`)
  const now = yield* Clock.currentTimeMillis
  yield* out(`${Comparison.before(runs, now)}\n\n`)
  const charts = yield* drawCharts(runs, options.metric, yield* columns, terminal?.colors ?? false)
  if (charts !== "") yield* (terminal?.draw ?? out)(`${charts}\n\n`)
  yield* out(`${Comparison.checkpoints(runs, now)}\n`)
})

/** A small chart for each metric, with a curve for each run. */
const drawCharts = Effect.fnUntraced(function* (
  runs: ReadonlyArray<OpenRun>,
  asked: ReadonlyArray<string>,
  columns: number,
  colors: boolean
) {
  const metrics =
    asked.length > 0 ? yield* Curves.chooseMetrics(runs, asked) : yield* usualMetrics(runs)
  const options = { x: "epoch", smooth: 0, points: size.columns * 4 } as const
  const width = Math.min(columns, size.columns)
  const charts = yield* Effect.forEach(metrics, (metric) =>
    Effect.map(Curves.read(runs, [metric], options), (curves) =>
      Curves.draw(curves, { ...options, ...size, columns: width, log: false, peaks: false, colors })
    )
  )
  return Comparison.inColumns(
    charts.filter((text) => text !== ""),
    width,
    columns
  )
})

/** The loss, and what validation measures, the losses first. */
const usualMetrics = Effect.fnUntraced(function* (runs: ReadonlyArray<OpenRun>) {
  const names = yield* Effect.forEach(runs, ({ id, views }) =>
    Effect.map(views.metrics([id]), ({ metrics }) => metrics.map(({ name }) => name))
  )
  const known = [...new Set(names.flat())]
  const rank = (name: string) => (name === "loss" ? 0 : name === "val_loss" ? 1 : 2)
  return known
    .filter((name) => name === "loss" || name.startsWith("val_"))
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, most)
})
