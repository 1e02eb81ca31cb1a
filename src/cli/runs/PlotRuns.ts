import * as Effect from "effect/Effect"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { Output, type Terminal } from "../../terminal/Output.js"
import * as Region from "../../terminal/Region.js"
import { cut, table } from "../../terminal/Table.js"
import { UsageError } from "../UsageError.js"
import * as Curves from "./Curves.js"
import { openRuns, type OpenRun } from "./OpenRuns.js"
import { position, statusText } from "./RunTable.js"

/** The command line of `holdfast plot`, as parsed. */
export interface Options extends Omit<Curves.CurveOptions, "points"> {
  readonly run: string
  readonly metrics: ReadonlyArray<string>
  readonly compare: ReadonlyArray<string>
  readonly log: boolean
  readonly rows: number
  readonly follow: boolean
  readonly json: boolean
}

/** Draws the curves of runs. */
export const plotRuns = Effect.fn("PlotRuns")(function* (options: Options) {
  const { terminal } = yield* Output
  if (options.follow && (terminal === null || options.json)) {
    return yield* new UsageError({
      reason: "Invalid",
      found: t`--follow draws on a terminal, and this is none; leave it out`,
      nearest: null,
      help: "holdfast plot --help"
    })
  }
  const runs = yield* openRuns([options.run, ...options.compare], ".")
  yield* warnOfProblems(runs)
  const metrics = yield* Curves.chooseMetrics(runs, options.metrics)
  yield* options.follow && terminal !== null
    ? follow(runs, metrics, options, terminal)
    : print(runs, metrics, options)
}, Effect.scoped)

/** Says what is wrong with the logs of runs. */
export const warnOfProblems = Effect.fnUntraced(function* (runs: ReadonlyArray<OpenRun>) {
  for (const { detail, label } of runs) yield* warnOfProblem(label, detail.summary.problem)
})

/** Says what is wrong with the files of something; null: nothing. */
export const warnOfProblem = Effect.fnUntraced(function* (label: string, problem: string | null) {
  if (problem === null) return
  const { err } = yield* Output
  yield* err(`${t`warning: ${`${Printable.value(label)}: ${Printable.value(problem)}`}`}\n`)
})

/** Prints the curves once. */
export const print = Effect.fnUntraced(function* (
  runs: ReadonlyArray<OpenRun>,
  metrics: ReadonlyArray<string>,
  options: Options
) {
  const { columns, out, terminal } = yield* Output
  const width = yield* columns
  const curves = yield* Curves.read(runs, metrics, { ...options, points: pointsIn(width) })
  if (options.json) {
    const { smooth, x } = options
    return yield* out(`${stringify({ x, smooth, curves: curves.map(toJson(runs)) })}\n`)
  }
  const text = picture(curves, options, width, terminal?.colors ?? false)
  // Names in it are escaped, and its colors are for the terminal.
  yield* terminal === null ? out(text) : terminal.draw(text)
})

/** Two points for each column of dots: more cannot be seen. */
const pointsIn = (columns: number): number => Math.max(200, columns * 4)

const toJson =
  (runs: ReadonlyArray<OpenRun>) =>
  ({ id: _id, name: _name, run, ...curve }: Curves.RunCurve) => ({
    run,
    folder: runs.find(({ label }) => label === run)?.folder,
    ...curve
  })

const picture = (
  curves: ReadonlyArray<Curves.RunCurve>,
  options: Options,
  columns: number,
  colors: boolean
): string => {
  const drawn = Curves.draw(curves, { ...options, columns, colors, peaks: options.smooth === 0 })
  if (drawn === "") {
    return `${options.log ? t`there is no positive value to draw yet` : t`there is no value to draw yet`}\n`
  }
  const rows = curves.flatMap((curve) => {
    const found = Curves.extremes(curve)
    return found === null
      ? []
      : [
          [
            curve.name,
            ...[found.last, found.lowest, found.highest].map((one) => Format.number(one))
          ]
        ]
  })
  return `${drawn}\n\n${table([t`curve`, t`last`, t`lowest`, t`highest`], rows)}\n`
}

/** Draws the curves again each second, until no run trains any more. */
const follow = (
  runs: ReadonlyArray<OpenRun>,
  metrics: ReadonlyArray<string>,
  options: Options,
  terminal: Terminal
) =>
  Effect.gen(function* () {
    const { columns, out } = yield* Output
    let region = Region.empty

    const draw = Effect.gen(function* () {
      const [width, height] = [yield* columns, yield* terminal.rows]
      // One line is for the status, and one stays free, so that the terminal does not scroll.
      const rows = Math.max(3, Math.min(options.rows, height - 5))
      const curves = yield* Curves.read(runs, metrics, { ...options, points: pointsIn(width) })
      const details = yield* Effect.forEach(runs, ({ id, views }) => views.run(id))
      const drawn = Curves.draw(curves, {
        ...options,
        rows,
        columns: width - 1 - Region.echo,
        colors: terminal.colors,
        peaks: options.smooth === 0
      })
      const lines = [
        ...(drawn === "" ? [] : drawn.split("\n")),
        cut(
          details.map(({ summary }, i) => status(runs[i]!.label, summary)).join("  "),
          width - 1 - Region.echo
        )
      ]
      const next = Region.draw(region, lines, { ...terminal, columns: width })
      region = next.region
      yield* terminal.draw(next.text)
      return details.some(({ summary }) => summary.status === "running")
    })

    const status = (label: string, summary: OpenRun["detail"]["summary"]): string =>
      [
        Printable.value(label, 40),
        statusText(summary.status),
        t`epoch ${position(summary)}`,
        ...(summary.secondsLeft === null ? [] : [t`ETA ${Format.clock(summary.secondsLeft)}`])
      ].join(", ")

    let isRunning = yield* draw
    while (isRunning) {
      yield* Effect.raceFirst(terminal.resized, Effect.sleep("1 second"))
      isRunning = yield* draw
    }
    yield* out("\n")
  }).pipe(Effect.onInterrupt(() => Effect.flatMap(Output, ({ out }) => out("\n"))))
