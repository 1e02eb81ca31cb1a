import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { builtPage } from "../../ui/PageFiles.js"
import { whileReading } from "../../checkpointing/store/FileErrors.js"
import { stringify } from "../../events/JsonLines.js"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { suggestPath } from "../NearestPath.js"
import { version } from "../../io/Version.js"
import { openFolders, openRuns, openSweep } from "./OpenRuns.js"
import { warnOfProblem, warnOfProblems } from "./PlotRuns.js"
import * as Report from "./Report.js"
import { RunsError } from "./RunsError.js"

/** The command line of `holdfast report`, as parsed. */
export interface Options {
  readonly run: string
  readonly compare: ReadonlyArray<string>
  readonly output: string
  /** The largest file, in bytes. */
  readonly limit: number
  readonly force: boolean
  readonly json: boolean
}

/** Writes the report of a run, or of a sweep and its best trial. */
export const writeReport = Effect.fn("WriteReport")(function* (options: Options) {
  const { out } = yield* Output
  const { output } = options
  const fileSystem = yield* FileSystem.FileSystem
  if (!options.force && (yield* fileSystem.exists(output))) {
    return yield* new RunsError({ reason: "FileExists", name: output, where: "", known: [] })
  }
  // A wrong folder is reported before the work.
  yield* suggestPath(
    Effect.mapError(fileSystem.stat(path.dirname(output)), whileReading(path.dirname(output)))
  )
  const template = yield* readTemplate
  const open = openFolders()
  const sweep = yield* openSweep(options.run, ".", open)
  const words = [...(sweep === null ? [options.run] : []), ...options.compare]
  const best = sweep?.best ?? null
  const runs = yield* openRuns(words, ".", open, best === null ? [] : [best])
  yield* warnOfProblems(runs)
  if (sweep !== null) yield* warnOfProblem(sweep.folder, sweep.detail.summary.problem)
  const createdAt = new Date(yield* Clock.currentTimeMillis).toISOString()
  const { data, html } = yield* Report.make(runs, {
    sweep,
    template,
    limit: options.limit,
    holdfast: version,
    createdAt
  })
  const bytes = new TextEncoder().encode(html)
  yield* AtomicFile.writeFile(output, bytes)
  const recordings = Object.keys(data.audio).length
  yield* out(
    options.json
      ? `${stringify({ path: output, bytes: bytes.length, sweep: sweep?.folder ?? null, runs: runs.map(({ folder }) => folder), recordings, left_out: data.left_out })}\n`
      : [
          t`wrote ${Printable.value(output)}, ${Format.bytes(bytes.length)}; open it in a browser`,
          ...data.left_out.map((text) => t`left out: ${Printable.value(text)}`),
          ""
        ].join("\n")
  )
}, Effect.scoped)

/** The page that a report is: built with the package. */
const readTemplate = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const file = path.join(builtPage, "report.html")
  return yield* Effect.mapError(
    fileSystem.readFileString(file),
    () => new RunsError({ reason: "NoPage", name: file, where: "", known: [] })
  )
})
