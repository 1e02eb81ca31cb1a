import { t } from "../../language/Text.js"
import * as Printable from "../../io/Printable.js"
import { sparkline } from "../../terminal/Chart.js"
import * as Format from "../../terminal/Format.js"
import { cut, displayWidth, table } from "../../terminal/Table.js"
import type { RunStatus, RunSummary, SweepSummary } from "../../ui/Api.js"
import { countTrials } from "../../ui/SweepCounts.js"
import { valueOf, type FieldValue } from "./RunFields.js"

/** A column of a table. */
interface Column<A> {
  readonly title: string
  readonly cell: (item: A) => string
  /** Those of the highest number are left out first where the terminal is too narrow. */
  readonly rank: number
}

/** The status of a run for people. */
export const statusText = (status: RunStatus): string =>
  ({
    running: t`running`,
    finished: t`finished`,
    interrupted: t`interrupted`,
    stopped: t`stopped`
  })[status]

/** Epochs done of all, and the steps into the next one: "3/40 +12". */
export const position = ({ epoch, epochs, step }: RunSummary): string =>
  `${epoch}${epochs === null ? "" : `/${epochs}`}${step === 0 ? "" : ` +${step}`}`

/** The best value with its metric and epoch: "val_loss 0.12 @7". */
export const bestText = ({ best }: RunSummary): string =>
  best === null ? "" : `${best.metric} ${number(best.value)} @${best.epoch}`

/** A value of a metric; NaN where JSON has null. */
export const number = (value: number | null): string =>
  value === null ? "NaN" : Format.number(value)

/** Values of a field in a cell. */
export const cellOf = (value: FieldValue | undefined): string =>
  value === undefined
    ? ""
    : typeof value === "number"
      ? Format.number(value)
      : Array.isArray(value)
        ? value.join(", ")
        : String(value)

const columns = (now: number): ReadonlyArray<Column<RunSummary>> => [
  { title: t`run`, cell: ({ name }) => cut(Printable.value(name), 40), rank: 0 },
  {
    title: t`status`,
    cell: ({ problem, status }) => statusText(status) + (problem === null ? "" : " (!)"),
    rank: 0
  },
  { title: t`tags`, cell: ({ tags }) => cut(Printable.value(tags.join(", ")), 30), rank: 4 },
  { title: t`epoch`, cell: position, rank: 0 },
  { title: t`best`, cell: bestText, rank: 1 },
  { title: t`time`, cell: ({ seconds }) => Format.clock(seconds), rank: 3 },
  {
    title: t`age`,
    cell: ({ startedAt }) =>
      startedAt === null ? "" : Format.age((now - Date.parse(startedAt)) / 1000),
    rank: 5
  },
  { title: t`loss`, cell: ({ spark }) => sparkline(spark, 10), rank: 6 },
  { title: t`folder`, cell: ({ id }) => id, rank: 2 }
]

/**
 * The runs as a table, with a column more for each of `fields`; `width`: that of the terminal, into which
 * the table fits as far as it can by leaving columns out; null: all of them. What is wrong with logs follows.
 */
export const draw = (
  runs: ReadonlyArray<RunSummary>,
  fields: ReadonlyArray<string>,
  { now, width }: { readonly now: number; readonly width: number | null }
): string => {
  const [first, ...rest] = columns(now)
  const own = fields.map((field): Column<RunSummary> => ({
    title: field,
    cell: (run) => cellOf(valueOf(run, field)),
    rank: 0
  }))
  // A column without a value says nothing.
  const shown = [first!, ...rest.slice(0, -1), ...own, ...rest.slice(-1)].filter(
    ({ cell, rank }) => rank === 0 || runs.some((run) => cell(run) !== "")
  )
  return withProblems(fitting(shown, runs, width), runs)
}

/** A table, and below it what is wrong with the files of its rows. */
const withProblems = (
  text: string,
  items: ReadonlyArray<{ readonly id: string; readonly problem: string | null }>
): string => {
  const problems = items.flatMap(({ id, problem }) =>
    problem === null ? [] : [`${Printable.value(id)}: ${Printable.value(problem)}`]
  )
  return [text, ...(problems.length === 0 ? [] : ["", ...problems])].join("\n")
}

const sweepColumns = (now: number): ReadonlyArray<Column<SweepSummary>> => [
  { title: t`sweep`, cell: ({ name }) => cut(Printable.value(name), 40), rank: 0 },
  {
    title: t`status`,
    cell: ({ problem, state }) => statusText(state) + (problem === null ? "" : " (!)"),
    rank: 0
  },
  {
    title: t`search`,
    cell: ({ scheduler, search }) =>
      [search, ...(scheduler === "none" || scheduler === "" ? [] : [scheduler])].join(", "),
    rank: 4
  },
  {
    title: t`trials`,
    cell: (sweep) => {
      const { ended, total } = countTrials(sweep)
      const { failed } = sweep.counts
      return `${ended}/${total}${failed === 0 ? "" : ` (${t`${failed} failed`})`}`
    },
    rank: 0
  },
  {
    title: t`best`,
    cell: ({ best, metric }) =>
      best === null ? "" : `${metric} ${number(best.value)} (${t`trial ${best.trial}`})`,
    rank: 1
  },
  {
    title: t`age`,
    cell: ({ startedAt }) =>
      startedAt === null ? "" : Format.age((now - Date.parse(startedAt)) / 1000),
    rank: 5
  },
  { title: t`best so far`, cell: ({ spark }) => sparkline(spark, 10), rank: 6 },
  { title: t`folder`, cell: ({ id }) => id, rank: 2 }
]

/** The sweeps as a table, a row each for all of its trials. */
export const drawSweeps = (
  sweeps: ReadonlyArray<SweepSummary>,
  { now, width }: { readonly now: number; readonly width: number | null }
): string => withProblems(fitting(sweepColumns(now), sweeps, width), sweeps)

const fitting = <A>(
  shown: ReadonlyArray<Column<A>>,
  items: ReadonlyArray<A>,
  width: number | null
): string => {
  const text = table(
    shown.map(({ title }) => title),
    items.map((item) => shown.map(({ cell }) => cell(item)))
  )
  const last = Math.max(...shown.map(({ rank }) => rank))
  const isFitting = text.split("\n").every((line) => displayWidth(line) <= (width ?? Infinity))
  return isFitting || last === 0
    ? text
    : fitting(
        shown.filter(({ rank }) => rank < last),
        items,
        width
      )
}
