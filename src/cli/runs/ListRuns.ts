import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { whileReading } from "../../checkpointing/store/FileErrors.js"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import type { RunList, SweepSummary } from "../../ui/Api.js"
import { suggestPath } from "../NearestPath.js"
import { openFolder } from "./OpenRuns.js"
import * as RunFields from "./RunFields.js"
import * as RunTable from "./RunTable.js"
import { RunsError } from "./RunsError.js"

/** What `holdfast runs` shows, as parsed. */
export interface Options extends RunFields.Selection {
  /** Whether trials of sweeps have a row each; else those of a sweep have one in all. */
  readonly trials: boolean
  readonly columns: ReadonlyArray<string>
  readonly diff: boolean
  readonly json: boolean
}

/** Prints the runs in a folder. */
export const listRuns = Effect.fn("ListRuns")(function* (folder: string, options: Options) {
  const { err } = yield* Output
  const fileSystem = yield* FileSystem.FileSystem
  yield* suggestPath(Effect.mapError(fileSystem.readDirectory(folder), whileReading(folder)))
  const views = yield* openFolder(folder)
  const { runs, sweeps, truncated } = yield* views.list
  if (truncated) {
    yield* err(
      `${t`warning: ${Printable.value(folder)} has more runs than these; name a folder in it`}\n`
    )
  }
  yield* show({ runs, sweeps }, folder, options)
}, Effect.scoped)

/** Whether what is asked is about trials, too: a condition, or the folder of a sweep itself. */
const asksForTrials = (
  { status, tags, trials, where }: Options,
  sweeps: ReadonlyArray<SweepSummary>
): boolean =>
  trials ||
  status !== null ||
  tags.length > 0 ||
  where.length > 0 ||
  sweeps.some(({ id }) => id === ".")

/** Prints those of `runs` that are selected. */
export const show = Effect.fnUntraced(function* (
  { runs, sweeps }: Pick<RunList, "runs" | "sweeps">,
  folder: string,
  options: Options
) {
  const { columns, out, terminal } = yield* Output
  const matching = yield* RunFields.select(runs, options)
  yield* RunFields.checkFields(runs, options.columns)
  if (options.json) return yield* out(`${stringify(matching)}\n`)
  const known = new Set(sweeps.map(({ id }) => id))
  const selected = asksForTrials(options, sweeps)
    ? matching
    : matching.filter(({ sweep }) => sweep === null || !known.has(sweep))
  if (selected.length === 0 && sweeps.length === 0) {
    const none = new RunsError({ reason: "NoRuns", name: "", where: folder, known: [] })
    return yield* out(
      `${runs.length === 0 ? none.message : t`none of ${runs.length} runs is as asked`}\n`
    )
  }
  const fields = [
    ...new Set([...options.columns, ...(options.diff ? RunFields.differingFields(selected) : [])])
  ]
  const width = terminal === null ? null : yield* columns
  const now = yield* Clock.currentTimeMillis
  const tables = [
    ...(selected.length === 0 ? [] : [RunTable.draw(selected, fields, { now, width })]),
    ...(sweeps.length === 0 ? [] : [RunTable.drawSweeps(sweeps, { now, width })])
  ]
  yield* out(`${tables.join("\n\n")}\n`)
})
