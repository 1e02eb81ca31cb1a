import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import { t } from "../../language/Text.js"
import { DataError, unreadable } from "../DataError.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Thread from "../../io/Thread.js"
import * as DataWorkers from "../workers/DataWorkers.js"
import { placesOf } from "./numbersOfRow.js"
import type * as Column from "./Column.js"
import { CsvLines, mostBytes, type Lines } from "./CsvLines.js"
import type * as work from "./CsvNumbers.js"
import { CsvText, mostCharacters, type CsvOptions } from "./CsvText.js"
import type { Damage, Numbers, Row, Rows, RowSource, Wanted } from "./Row.js"

/** How CSV files are read. */
export interface Options extends CsvOptions {
  /** By a name of the Encoding Standard; a byte order mark overrides it. */
  readonly encoding: string
  /** The names of the columns, where the first row is none of names. */
  readonly header: ReadonlyArray<string> | null
}

/** The rows of CSV files. */
export const source = (options: Options): RowSource => ({
  unit: "line",
  endings: [".csv", ".tsv"],
  read: (path) => rowsOf(path, options),
  numbers: (path, wanted) => numbersOf(path, options, wanted)
})

const rowsOf = (path: string, { encoding, header, ...options }: Options) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { parse } = yield* Effect.promise(() => import("csv-parse/sync"))
      const text = new CsvText(parse, options)
      const decode = yield* decoder(path, encoding)
      let columns = header
      const named = (rows: ReadonlyArray<Row>): Effect.Effect<Rows, DataError> =>
        Effect.suspend(() => {
          if (columns !== null || rows.length === 0)
            return Effect.succeed({ columns: columns ?? [], rows })
          const [first, ...others] = rows
          return Effect.map(namesIn(path, first!), (names) => {
            columns = names
            return { columns, rows: others }
          })
        })
      const parts = SourceFiles.partsOf(path).pipe(
        Stream.mapEffect((bytes) =>
          Effect.suspend(() => {
            const rows = text.push(decode(bytes))
            return text.tooLong === null ? named(rows) : tooLong(path, text.tooLong)
          })
        )
      )
      const last = Stream.fromEffect(
        Effect.suspend(() => named([...text.push(decode(null)), ...text.end()]))
      )
      return Stream.concat(parts, last)
    })
  )

const tooLong = (path: string, line: number) =>
  new DataError({
    reason: "Unreadable",
    path,
    detail: t`its line ${line} is longer than ${mostCharacters} characters: is it a CSV file, with lines that end in LF or CRLF?`
  })

/** The names of the columns in the first row. */
const namesIn = (path: string, row: Row) =>
  "problem" in row
    ? Effect.fail(
        new DataError({
          reason: "Unreadable",
          path,
          detail: t`its header, line ${row.at}, ${row.problem}`
        })
      )
    : Effect.succeed(row.cells.map((cell) => String(cell as string).trim()))

/** Reads numbers in worker threads, some lines each. */
const numbersOf = (path: string, { delimiter, encoding, header }: Options, wanted: Wanted) =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { parse } = yield* Effect.promise(() => import("csv-parse/sync"))
      const workers = yield* DataWorkers.make<typeof work>({
        module: Thread.beside("./CsvNumbers", import.meta.url)
      })
      const toUtf8 = yield* transcoder(path, encoding)
      const lines = new CsvLines()
      const all = [...wanted.columns]
      let request: Omit<work.Request, keyof Lines> | null = null
      const start = (columns: ReadonlyArray<string>) =>
        Effect.map(placesOf(path, [...wanted.columns.keys()], columns), (places) => {
          request = {
            delimiter,
            width: columns.length,
            columns: all.map(([name, { source }], i) => ({ name, source, place: places[i]! })),
            stopsAtDamage: wanted.damaged === "error"
          }
        })
      if (header !== null) yield* start(header)
      /** Reads the header, where the bytes that are there have it. */
      const readHeader = (isEnd: boolean) =>
        Effect.gen(function* () {
          for (;;) {
            if (request !== null) return
            const first = lines.take(true) ?? (isEnd ? lines.end() : null)
            if (first === null) return
            const text = new CsvText(parse, { delimiter })
            const [row] = [...text.push(new TextDecoder().decode(first.bytes)), ...text.end()]
            if (row === undefined) continue
            yield* start(yield* namesIn(path, { ...row, at: first.line + row.at - 1 }))
          }
        })
      const file = yield* Effect.mapError(RandomAccessFile.open(path), unreadable(path))
      const target = new Uint8Array(mostBytes)
      const parts = Stream.paginateEffect(0, (at) =>
        Effect.gen(function* () {
          const filled = yield* Effect.mapError(file.read(at, target), unreadable(path))
          if (filled === 0) return [null, Option.none<number>()] as const
          lines.add(toUtf8(target.subarray(0, filled)))
          yield* readHeader(false)
          const some = lines.take()
          if (lines.tooLong !== null) return yield* tooLong(path, lines.tooLong)
          return [some, Option.some(at + filled)] as const
        })
      )
      const last = Stream.unwrap(
        Effect.gen(function* () {
          lines.add(toUtf8(null))
          yield* readHeader(true)
          return Stream.make(lines.take(), lines.end())
        })
      )
      const merge = merging(all)
      return Stream.concat(parts, last).pipe(
        Stream.filter((some) => some !== null),
        Stream.mapEffect(
          (some) =>
            Effect.map(workers.all("numbersOf", [{ ...request!, ...some }]), ([one]) => one!),
          { concurrency: 2 * Math.max(1, workers.threads) }
        ),
        Stream.map(merge)
      )
    })
  )

/** Numbers categories in the order of all rows, where threads know those of their lines. */
const merging =
  (columns: ReadonlyArray<readonly [string, Column.Column]>) =>
  ({ found, problems, rows, values }: work.LocalNumbers): Numbers => {
    const width = columns.length
    const more: Array<Damage> = []
    const isLost = new Uint8Array(rows)
    columns.forEach(([name, column], i) => {
      if (!column.grows) return
      const codes = Float64Array.from(found[i]!, ({ at, value }) => {
        const cell = column.read(value)
        if (typeof cell === "number") return cell
        more.push({ at, problem: t`column ${name} ${cell}` })
        return -1
      })
      for (let row = 0; row < rows; row++) {
        const at = row * width + i
        if (Number.isNaN(values[at]!)) continue
        values[at] = codes[values[at]!]!
        if (values[at] === -1) isLost[row] = 1
      }
    })
    if (more.length === 0) return { rows, values, problems }
    const kept = values.filter((_, i) => isLost[Math.floor(i / width)] === 0)
    return {
      rows: kept.length / width,
      values: kept,
      problems: [...problems, ...more].sort((a, b) => a.at - b.at)
    }
  }

/** Makes UTF-8 of bytes in any encoding, part by part; null is the end. */
const transcoder = (path: string, encoding: string) =>
  Effect.map(decoder(path, encoding), (decode) => {
    let isFirst = true
    let isUtf8 = false
    return (bytes: Uint8Array | null): Uint8Array => {
      if (isFirst) {
        isFirst = false
        isUtf8 = new TextDecoder(markOf(bytes) ?? encoding).encoding === "utf-8"
        if (isUtf8 && markOf(bytes) !== null) return bytes!.subarray(3)
      }
      return isUtf8 ? (bytes ?? new Uint8Array(0)) : new TextEncoder().encode(decode(bytes))
    }
  })

/** Decodes bytes part by part; null is the end. */
export const decoder = (path: string, encoding: string) =>
  Effect.try({
    try: () => {
      let decoding: InstanceType<typeof TextDecoder> | null = null
      // Unknown ones are found before anything is read.
      void new TextDecoder(encoding)
      return (bytes: Uint8Array | null): string => {
        decoding ??= new TextDecoder(markOf(bytes) ?? encoding)
        return bytes === null ? decoding.decode() : decoding.decode(bytes, { stream: true })
      }
    },
    catch: () =>
      new DataError({
        reason: "Unreadable",
        path,
        detail: t`there is no encoding ${encoding}; give one such as utf-8, latin1 or utf-16le`
      })
  })

const markOf = (bytes: Uint8Array | null): string | null =>
  bytes?.[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes?.[0] === 0xfe && bytes[1] === 0xff
      ? "utf-16be"
      : bytes?.[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
        ? "utf-8"
        : null
