import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import * as Column from "./Column.js"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** How a column becomes numbers of an input; `missing` stands for a cell that is empty. */
const InputColumn = Schema.Union(
  Schema.Struct({
    column: Schema.String,
    kind: Schema.Literal("number", "date"),
    /** The model sees `(x - mean) / std`; without them, `x`. */
    mean: optional(Schema.Number),
    std: optional(Schema.Number),
    missing: optional(Schema.Number)
  }),
  Schema.Struct({ column: Schema.String, kind: Schema.Literal("boolean") }),
  Schema.Struct({
    column: Schema.String,
    kind: Schema.Literal("category"),
    encoding: Schema.Literal("one_hot", "index"),
    values: Schema.Array(Schema.String)
  })
)
export type InputColumn = typeof InputColumn.Type

/**
 * How inputs are made of the rows of a table, as a dataset declares it in `preprocessing`: each of the
 * columns named, one after another. A number is `(x - mean) / std`, a date is days since 1970 treated
 * likewise, a boolean 1 or 0, a category its index among the values or a one-hot vector of them.
 */
export const TableInput = Schema.Struct({
  kind: Schema.Literal("table"),
  /** The inputs of the model; the name of a single one is null. */
  inputs: Schema.Array(
    Schema.Struct({ name: Schema.NullOr(Schema.String), columns: Schema.Array(InputColumn) })
  ),
  /** How texts are read: the decimal mark, and what stands for nothing. */
  decimal: Schema.String,
  missing_values: Schema.Array(Schema.String),
  /** How the CSV files were read, if it was such. */
  csv: optional(Schema.Struct({ delimiter: Schema.String, encoding: Schema.String }))
})
export type TableInput = typeof TableInput.Type

/** How many numbers of an input a column becomes. */
export const widthOf = (column: InputColumn): number =>
  column.kind === "category" && column.encoding === "one_hot" ? column.values.length : 1

/** Writes what the model sees of a cell, of which `x` is the number in a record. */
export const encode = (
  column: InputColumn,
  x: number,
  target: Float32Array | Int32Array | Array<number>,
  at: number
): void => {
  switch (column.kind) {
    case "boolean": {
      target[at] = x
      return
    }
    case "category": {
      if (column.encoding === "index") target[at] = x
      else for (let i = 0; i < column.values.length; i++) target[at + i] = i === x ? 1 : 0
      return
    }
    default: {
      const { mean = 0, missing = NaN, std = 1 } = column
      target[at] = ((Number.isNaN(x) ? missing : x) - mean) / std
    }
  }
}

/**
 * Reads rows for a model: gives, for the cells of a row by column, the numbers of each input in turn, or
 * says which cell is wrong.
 */
export const reader = ({ decimal, inputs, missing_values }: TableInput) => {
  const columns = inputs.map(({ columns }) =>
    columns.map((column) => ({
      column,
      read: readerOf(column, { decimal, missing: missing_values })
    }))
  )
  return (
    cellOf: (column: string) => unknown
  ): Either.Either<ReadonlyArray<ReadonlyArray<number>>, string> => {
    const rows: Array<ReadonlyArray<number>> = []
    for (const each of columns) {
      const row: Array<number> = []
      for (const { column, read } of each) {
        const cell = read(cellOf(column.column))
        const problem = typeof cell === "string" ? cell : problemOf(column, cell)
        if (problem !== null) return Either.left(t`${column.column}: ${problem}`)
        encode(column, cell as number, row, row.length)
      }
      rows.push(row)
    }
    return Either.right(rows)
  }
}

const problemOf = (column: InputColumn, x: number): string | null =>
  Number.isNaN(x) && !("missing" in column) ? t`is missing` : null

const readerOf = (column: InputColumn, texts: Column.TextOptions): Column.Column["read"] => {
  const config =
    column.kind === "category"
      ? {
          name: column.kind,
          encoding: column.encoding,
          values: column.values,
          missing: column.values.includes("") ? ("category" as const) : ("error" as const)
        }
      : column.kind === "boolean"
        ? { name: column.kind, missing: "error" as const }
        : { name: column.kind, standardize: false, missing: "error" as const }
  return Column.make(config, texts).read
}
