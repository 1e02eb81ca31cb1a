import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { whileReading } from "../../checkpointing/store/FileErrors.js"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import type { RunSummary } from "../../ui/Api.js"
import { suggestPath } from "../NearestPath.js"
import { openFolder } from "./OpenRuns.js"
import * as RunFields from "./RunFields.js"
import * as RunTable from "./RunTable.js"
import { RunsError } from "./RunsError.js"

/** What `holdfast runs` shows, as parsed. */
export interface Options extends RunFields.Selection {
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
  const { runs, truncated } = yield* views.list
  if (truncated) {
    yield* err(
      `${t`warning: ${Printable.value(folder)} has more runs than these; name a folder in it`}\n`
    )
  }
  yield* show(runs, folder, options)
}, Effect.scoped)

/** Prints those of `runs` that are selected. */
export const show = Effect.fnUntraced(function* (
  runs: ReadonlyArray<RunSummary>,
  folder: string,
  options: Options
) {
  const { columns, out, terminal } = yield* Output
  const selected = yield* RunFields.select(runs, options)
  yield* RunFields.checkFields(runs, options.columns)
  if (options.json) return yield* out(`${stringify(selected)}\n`)
  if (selected.length === 0) {
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
  yield* out(`${RunTable.draw(selected, fields, { now, width })}\n`)
})
