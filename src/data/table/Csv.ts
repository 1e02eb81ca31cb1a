import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import * as SourceFiles from "../SourceFiles.js"
import { CsvText, mostCharacters, type CsvOptions } from "./CsvText.js"
import type { Row, Rows, RowSource } from "./Row.js"

/** How CSV files are read. */
export interface Options extends CsvOptions {
  /** By a name of the Encoding Standard; a byte order mark overrides it. */
  readonly encoding: string
  /** The names of the columns, where the first row is none of names. */
  readonly header: ReadonlyArray<string> | null
}

/** The rows of CSV files. */
export const source = ({ encoding, header, ...options }: Options): RowSource => ({
  unit: "line",
  endings: [".csv", ".tsv"],
  read: (path) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { parse } = yield* Effect.promise(() => import("csv-parse/sync"))
        const text = new CsvText(parse, options)
        const decode = yield* decoder(path, encoding)
        let columns = header
        const fail = (detail: string) => new DataError({ reason: "Unreadable", path, detail })
        const named = (rows: ReadonlyArray<Row>): Effect.Effect<Rows, DataError> =>
          Effect.suspend(() => {
            if (columns !== null || rows.length === 0)
              return Effect.succeed({ columns: columns ?? [], rows })
            const [first, ...others] = rows
            if ("problem" in first!) return fail(t`its header, line ${first.at}, ${first.problem}`)
            columns = first!.cells.map((cell) => String(cell as string).trim())
            return Effect.succeed({ columns, rows: others })
          })
        const parts = SourceFiles.partsOf(path).pipe(
          Stream.mapEffect((bytes) =>
            Effect.suspend(() => {
              const rows = text.push(decode(bytes))
              return text.tooLong === null
                ? named(rows)
                : fail(
                    t`its line ${text.tooLong} is longer than ${mostCharacters} characters: is it a CSV file, with lines that end in LF or CRLF?`
                  )
            })
          )
        )
        const last = Stream.fromEffect(
          Effect.suspend(() => named([...text.push(decode(null)), ...text.end()]))
        )
        return Stream.concat(parts, last)
      })
    )
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
