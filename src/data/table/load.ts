import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as Observer from "../../events/Observer.js"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Folder from "../../io/Folder.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import { numbersOfRow, placesOf } from "./numbersOfRow.js"
import type * as Column from "./Column.js"
import * as Derived from "./Derived.js"
import { reportSkipped } from "../reportSkipped.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Records from "./Records.js"
import type { Damage, Numbers, RowSource, Wanted } from "./Row.js"

/** What a table is read by. */
export interface LoadOptions {
  readonly files: ReadonlyArray<string>
  readonly source: RowSource
  /** What a record holds, by the names of the columns. */
  readonly columns: ReadonlyMap<string, Column.Column>
  readonly damaged: "error" | "skip"
  readonly cacheFolder: string
  /** How much of a file is looked at to notice that it has changed since its records were made. */
  readonly fingerprint: FingerprintMode
  /** All that decides what a record is: two tables of equal texts have the same records. */
  readonly parameters: string
}

/** A table, read: its columns now know all their values. */
export interface Loaded {
  readonly records: Records.Records
  /** A sha256 over all records and categories. */
  readonly content: string
  readonly derived: Derived.Derived
  /** The number of the first row of each file. */
  readonly starts: ReadonlyArray<number>
}

/** What is held in memory: larger files, and records that take more, have theirs in the cache. */
export class Limits extends Context.Reference<Limits>()("holdfast/Table/Limits", {
  defaultValue: () => ({ fileBytes: 1 << 24, recordBytes: 1 << 28 })
}) {}

/** So many damaged rows are named one by one. */
const namedRows = 10

const CacheEntry = Schema.Struct({
  version: Schema.Literal(2),
  parameters: Schema.String,
  files: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      size: Schema.Number,
      modified: Schema.Number,
      sample: Schema.String
    })
  ),
  rows: Schema.Int,
  starts: Schema.Array(Schema.Int),
  content: Schema.String,
  values: Schema.Array(Schema.Array(Schema.String)),
  skipped: Schema.Array(Schema.String),
  skipped_count: Schema.Int
})
type CacheEntry = typeof CacheEntry.Type

/**
 * Reads a table into records: in memory if its files are small, else in a file of the cache, which serves
 * until the size or the time of a file changes. Fails, naming file, row and column, where a cell is not
 * what its column declares, unless damaged rows are skipped.
 */
export const load = (
  options: LoadOptions
): Effect.Effect<Loaded, DataError, FileSystem.FileSystem | Observer.Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const identities = yield* Effect.forEach(options.files, SourceFiles.identityOf)
    const { fileBytes, recordBytes } = yield* Limits
    const bytes = identities.reduce((sum, { size }) => sum + size, 0)
    if (bytes <= fileBytes) {
      const numbers = new Records.Growing()
      const read = yield* Effect.either(
        readInto(options, (values) =>
          Effect.suspend(() => {
            numbers.add(values)
            return numbers.bytes > recordBytes ? Effect.fail("TooMany" as const) : Effect.void
          })
        )
      )
      if (read._tag === "Right") {
        const { content, skipped, skippedCount, starts } = read.right
        yield* tellOfSkipped(skipped, skippedCount)
        const records = Records.inMemory(numbers.take(), options.columns.size)
        return { records, content, starts, derived: Derived.eachTime }
      }
      if (read.left !== "TooMany") return yield* read.left
    }
    return yield* cached(options, identities)
  })

const cached = Effect.fnUntraced(function* (
  options: LoadOptions,
  identities: ReadonlyArray<SourceFiles.Identity>
) {
  const { cacheFolder, columns, fingerprint, parameters } = options
  const files = yield* SourceFiles.sampled(identities, fingerprint)
  const name = createHash("sha256")
    .update(JSON.stringify([parameters, files.map(({ path }) => path)]))
    .digest("hex")
    .slice(0, 16)
  const prefix = join(cacheFolder, name)
  const path = `${prefix}.rows`
  const entryPath = `${prefix}.json`
  const fileSystem = yield* FileSystem.FileSystem
  const text = yield* Effect.option(fileSystem.readFileString(entryPath))
  const known = Option.flatMap(text, Schema.decodeOption(Schema.parseJson(CacheEntry)))
  const serves = ({ files: before, parameters: own }: CacheEntry) =>
    own === parameters && JSON.stringify(before) === JSON.stringify(files)
  if (Option.isSome(known) && serves(known.value)) {
    const records = yield* Effect.option(Records.ofFile(path, columns.size, known.value.rows))
    if (Option.isSome(records)) {
      ;[...columns.values()].forEach((column, i) =>
        column.values.splice(0, Infinity, ...known.value.values[i]!)
      )
      yield* tellOfSkipped(known.value.skipped, known.value.skipped_count)
      const { content, starts } = known.value
      return { records: records.value, content, starts, derived: Derived.inFiles(prefix, content) }
    }
  }
  const unwritable = (error: { readonly message: string }) =>
    new DataError({
      reason: "Unreadable",
      path: cacheFolder,
      detail: t`rows cannot be kept there, and are too many for memory; make room, or change cache_dir (${error.message})`
    })
  yield* Observer.emit({
    _tag: "Notice",
    level: "info",
    code: "Data",
    message: t`reading ${files.map(({ path }) => path).join(", ")} once, to be kept in ${path}`
  })
  yield* Effect.mapError(Folder.make(cacheFolder), unwritable)
  yield* Effect.ignore(AtomicFile.sweep(cacheFolder))
  const read = yield* AtomicFile.writeDurably(path, (file) => {
    let written = 0
    return readInto(options, (values) =>
      Effect.suspend(() => {
        const bytes = Records.encode(values, columns.size, written)
        written += values.length / columns.size
        return file.write(bytes)
      })
    )
  }).pipe(Effect.mapError((error) => (error._tag === "DataError" ? error : unwritable(error))))
  const entry: CacheEntry = {
    version: 2,
    parameters,
    files,
    rows: read.rows,
    starts: read.starts,
    content: read.content,
    values: [...columns.values()].map(({ values }) => values),
    skipped: read.skipped,
    skipped_count: read.skippedCount
  }
  yield* Effect.mapError(AtomicFile.writeFile(entryPath, JSON.stringify(entry)), unwritable)
  yield* tellOfSkipped(read.skipped, read.skippedCount)
  const records = yield* Records.ofFile(path, columns.size, read.rows)
  const { content, starts } = read
  return { records, content, starts, derived: Derived.inFiles(prefix, content) }
})

/** Reads all rows of all files; `take` gets the numbers of those that are used. */
const readInto = <E, R>(
  { columns, damaged, files, source }: LoadOptions,
  take: (values: Float64Array) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    const skipped: Array<string> = []
    let skippedCount = 0
    let rows = 0
    const starts: Array<number> = []
    const rowName = { line: (at: number) => t`line ${at}`, row: (at: number) => t`row ${at}` }[
      source.unit
    ]
    for (const path of files) {
      starts.push(rows)
      yield* Stream.runForEach(numbersIn(path, source, { columns, damaged }), (some) =>
        Effect.gen(function* () {
          for (const { at, problem } of some.problems) {
            if (damaged === "error") {
              return yield* new DataError({
                reason: "Unreadable",
                path: t`${path}, ${rowName(at)}`,
                detail: t`${problem}; correct it, or have damaged rows left out: damaged: "skip"`
              })
            }
            skippedCount++
            if (skipped.length < namedRows) skipped.push(t`${path}, ${rowName(at)}: ${problem}`)
          }
          rows += some.rows
          hash.update(some.values)
          yield* take(some.values)
        })
      )
    }
    if (rows === 0) {
      return yield* new DataError({
        reason: "Empty",
        path: files.join(", "),
        detail:
          skippedCount === 0 ? t`holds no rows` : t`holds no row that can be used: ${skipped[0]!}`
      })
    }
    hash.update(JSON.stringify([...columns].map(([name, { values }]) => [name, values])))
    return { rows, starts, content: hash.digest("hex"), skipped, skippedCount }
  }).pipe(Effect.scoped)

/** The numbers of a file, by its source, or of the cells that this gives. */
const numbersIn = (path: string, source: RowSource, wanted: Wanted) => {
  if (source.numbers !== undefined) return source.numbers(path, wanted)
  const columns = [...wanted.columns]
  let places: ReadonlyArray<number> | null = null
  return source.read(path).pipe(
    Stream.filter(({ columns }) => columns.length > 0),
    Stream.mapEffect((some) =>
      Effect.gen(function* () {
        places ??= yield* placesOf(path, [...wanted.columns.keys()], some.columns, some.available)
        const values: Array<number> = []
        const problems: Array<Damage> = []
        let rows = 0
        for (const row of some.rows) {
          const found =
            "problem" in row
              ? row.problem
              : numbersOfRow(row.cells, some.columns.length, columns, places)
          if (typeof found === "string") problems.push({ at: row.at, problem: found })
          else if (found !== null) {
            for (const value of found) values.push(value)
            rows++
          }
        }
        const numbers: Numbers = { rows, values: Float64Array.from(values), problems }
        return numbers
      })
    )
  )
}

const tellOfSkipped = (skipped: ReadonlyArray<string>, count: number) =>
  reportSkipped(skipped, count, (more) => t`and ${more} more rows were skipped`)
