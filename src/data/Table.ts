import type * as Effect from "effect/Effect"
import type { DataError } from "./DataError.js"
import * as Csv from "./table/Csv.js"
import { fromTable, type TableServices } from "./table/fromTable.js"
import * as Parquet from "./table/Parquet.js"
import type { CsvOptions, TableDataset, TableOptions } from "./table/TableOptions.js"

/**
 * A dataset of the rows of CSV files, by columns of declared kinds: numbers and dates are standardized by
 * the training split, categories become one-hot vectors or indices. Checkpoints and exports have what is
 * needed to do the same, and `holdfast predict` takes rows as the file has them.
 *
 * Files may be larger than memory: those above 16 MiB are read once and kept as records in `cache_dir`, of
 * which any row is reached at once. They are read again when their size or time changes.
 *
 * Fails with `DataError`, which names file, line and column, where a cell is not of its kind.
 *
 * @example
 * ```ts
 * import { Dataset, Split } from "holdfast"
 *
 * export const houses = Dataset.fromCsv({
 *   path: "houses.csv",
 *   columns: { area: "number", city: "category", sold: "date", price: "number" },
 *   label: "price",
 *   split: Split.hash.make()
 * })
 * ```
 */
export const fromCsv = <const O extends CsvOptions>(
  options: O
): Effect.Effect<TableDataset<O>, DataError, TableServices> => {
  const { delimiter = ",", encoding = "utf-8", header = null } = options
  const csv = { delimiter, encoding, header }
  return fromTable(options, () => Csv.source(csv), csv) as never
}

/**
 * A dataset of the rows of Parquet files, as `Dataset.fromCsv` has it. Only the declared columns are read,
 * a row group at a time. Files that are compressed otherwise than by Snappy are refused.
 */
export const fromParquet = <const O extends TableOptions>(
  options: O
): Effect.Effect<TableDataset<O>, DataError, TableServices> =>
  fromTable(options, (columns) => Parquet.source(columns)) as never

export { CsvData, ParquetData, type CsvOptions, type TableOptions } from "./table/TableOptions.js"
export { ColumnConfig } from "./table/Column.js"
export { columnsOf } from "./table/columnsOf.js"
export { readNumbers, type NumberOptions } from "./table/readNumbers.js"
