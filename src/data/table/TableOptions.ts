import * as Schema from "effect/Schema"
import { field, mayChange, required } from "../../config/Field.js"
import type { LabelledBatch, Values } from "../Batch.js"
import type { Dataset } from "../Dataset.js"
import { FingerprintMode } from "../FingerprintMode.js"
import * as Split from "../Split.js"
import { ColumnConfig, type DeclaredColumn } from "./Column.js"

/** What a table is, and what of it is learned. */
export interface TableOptions {
  /** A file, several, or a folder of them. */
  readonly path: string | ReadonlyArray<string>
  readonly name?: string
  /** The columns that are used, each by its kind: inputs, in this order, and labels. */
  readonly columns: Readonly<Record<string, DeclaredColumn>>
  /** The column that is predicted, or several, which are labels by name. */
  readonly label: string | ReadonlyArray<string>
  /** Inputs of several names, each of some columns; by default one input of all columns that are no label. */
  readonly inputs?: Readonly<Record<string, ReadonlyArray<string>>>
  /** A column that says how much each row counts. */
  readonly weight?: string
  /** A column that tells rows apart, whatever rows are added: splits by hash go by it. */
  readonly key?: string
  /** A column of what must stay in one split. */
  readonly group?: string
  readonly split?: Split.SplitOption
  /** What is done with a row that cannot be read; default: "error". */
  readonly damaged?: "error" | "skip"
  /** The decimal mark of numbers in texts; default: ".". */
  readonly decimal?: "." | ","
  /** Texts that stand for a missing cell; of categories, only the empty one does. */
  readonly missing_values?: ReadonlyArray<string>
  /** Where the records of large files are kept; default: .cache/tables. */
  readonly cache_dir?: string
  /**
   * What of a large file is compared at each start, beside its size and the time of its last change, to see whether
   * its records still hold: "content", every byte; "sampled" (the default), 64 KiB; "size", nothing.
   */
  readonly fingerprint?: FingerprintMode
}

/** A dataset of a table: with `inputs`, the arrays of a batch have their names. */
export type TableDataset<O extends Pick<TableOptions, "inputs" | "label">> = Dataset<
  LabelledBatch<
    O extends { readonly inputs: infer I extends object }
      ? { readonly [N in keyof I & string]: Values }
      : Values,
    O["label"] extends string ? Values : Readonly<Record<string, Values>>
  >
>

/** What a CSV file is, beside what any table is. */
export interface CsvOptions extends TableOptions {
  /** The character between two cells; default: ",". */
  readonly delimiter?: string
  /** By its name in the Encoding Standard; default: "utf-8". A byte order mark overrides it. */
  readonly encoding?: string
  /** The names of the columns, where the first row does not hold them. */
  readonly header?: ReadonlyArray<string> | null
}

const Names = Schema.Array(Schema.NonEmptyString)
const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })

const tableFields = {
  path: required(
    Schema.Union(Schema.NonEmptyString, Names),
    "A file, several, or a folder of them, relative to the working directory."
  ),
  columns: required(
    Schema.Record({ key: Schema.String, value: ColumnConfig }),
    "The columns that are used, each by its kind: inputs, in this order, and labels."
  ),
  label: required(Schema.NonEmptyString, "The column that is predicted."),
  weight: optional(Schema.NonEmptyString, "A column that says how much each row counts."),
  key: optional(
    Schema.NonEmptyString,
    "A column that tells rows apart, whatever rows are added: splits by hash go by it."
  ),
  group: optional(Schema.NonEmptyString, "A column of what must stay in one split."),
  split: Split.oneOf(...Split.builtIn),
  damaged: field(
    Schema.Literal("error", "skip"),
    "error",
    'A row that cannot be read: "error" refuses the file, "skip" leaves out the row and says so.'
  ),
  decimal: field(Schema.Literal(".", ","), ".", "The decimal mark of numbers in texts."),
  missing_values: optional(
    Schema.Array(Schema.String),
    "Texts that stand for a missing cell; of categories, only the empty one does."
  ),
  cache_dir: mayChange(
    field(
      Schema.NonEmptyString,
      ".cache/tables",
      "The folder where the rows of large files are kept as numbers; it may be deleted at any time."
    )
  ),
  fingerprint: mayChange(
    field(
      FingerprintMode,
      "sampled",
      'What of a large file is compared at each start, beside its size and the time of its last change: "content", every byte, "sampled", 64 KiB, "size", nothing.'
    )
  )
}

/** The `data` section of a config for Parquet files: the options of `Dataset.fromParquet`. */
export const ParquetData = Schema.Struct(tableFields)

/** The `data` section of a config for CSV files: the options of `Dataset.fromCsv`. */
export const CsvData = Schema.Struct({
  ...tableFields,
  delimiter: field(Schema.NonEmptyString, ",", "The character between two cells."),
  encoding: field(
    Schema.NonEmptyString,
    "utf-8",
    "By its name in the Encoding Standard; a byte order mark overrides it."
  ),
  header: field(
    Schema.NullOr(Names),
    null,
    "The names of the columns, where the first row does not hold them."
  )
})
