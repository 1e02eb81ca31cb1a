import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { join } from "node:path"
import type { DataError } from "../DataError.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Column from "./Column.js"
import * as Csv from "./Csv.js"
import { missingValues, type TableServices } from "./fromTable.js"
import { load } from "./load.js"
import * as Parquet from "./Parquet.js"

/** Which numbers of a table are read. */
export interface NumberOptions {
  /** A CSV or Parquet file, or several of one kind, whose rows follow each other. */
  readonly path: string | ReadonlyArray<string>
  /** The columns, in the order that they are to have. */
  readonly columns: ReadonlyArray<string>
  /** CSV: the character between two cells; default: ",". */
  readonly delimiter?: string
  /** CSV: the decimal mark; default: ".". */
  readonly decimal?: "." | ","
  /** Where the rows of large files are kept; default: .cache/tables. */
  readonly cache_dir?: string
  /** What of a large file is compared at each start, see `TableOptions`; default: "sampled". */
  readonly fingerprint?: FingerprintMode
}

/**
 * The numbers in some columns of a table, row by row, as `Dataset.fromSeries` and `Dataset.fromArrays` take them. A
 * cell that is missing is NaN.
 *
 * Fails with `DataError`, which names file, line and column, where a cell is no number.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Dataset, Table } from "holdfast"
 *
 * const channels = ["temperature", "wind"]
 *
 * export const weather = Effect.flatMap(
 *   Table.readNumbers({ path: "weather.csv", columns: channels }),
 *   (values) => Dataset.fromSeries({ values, channels, window: 72, target: "wind", missing: "skip" })
 * )
 * ```
 */
export const readNumbers = ({
  cache_dir = join(".cache", "tables"),
  columns,
  decimal = ".",
  delimiter = ",",
  fingerprint = "sampled",
  path
}: NumberOptions): Effect.Effect<
  { readonly data: Float32Array; readonly shape: ReadonlyArray<number> },
  DataError,
  TableServices
> =>
  Effect.gen(function* () {
    const [first] = [path].flat()
    const source = first?.endsWith(".parquet")
      ? Parquet.source(columns)
      : Csv.source({ delimiter, encoding: "utf-8", header: null })
    const number = Either.getOrThrow(
      Column.fromCode({ name: "number", missing: "mean" }, { decimal, missing: missingValues })
    )
    const { records } = yield* load({
      files: yield* SourceFiles.filesOf(path, source.endings),
      source,
      columns: new Map(columns.map((name) => [name, number])),
      damaged: "error",
      cacheFolder: cache_dir,
      fingerprint,
      parameters: JSON.stringify(["numbers", delimiter, decimal, columns])
    })
    const data = new Float32Array(records.rows * records.width)
    yield* records.scan((row, values) => data.set(values, row * records.width))
    return { data, shape: [records.rows, records.width] }
  })
