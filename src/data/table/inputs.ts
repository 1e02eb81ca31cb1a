import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import type { Subset } from "../Subset.js"
import { ColumnStatistics } from "../Standardization.js"
import type * as Column from "./Column.js"
import type { Loaded } from "./load.js"
import type { InputColumn, TableInput } from "./TableInput.js"
import type { TableOptions } from "./TableOptions.js"

export const refuse = (path: string, detail: string) =>
  new DataError({ reason: "Mismatch", path, detail })

/** The inputs with their columns; the name of a single one is null. */
export const inputsOf = Effect.fnUntraced(function* (
  { columns, inputs }: TableOptions,
  declared: ReadonlyMap<string, Column.Column>,
  labels: ReadonlyArray<string>
) {
  const known = Object.keys(columns).join(", ")
  if (labels.length === 0) return yield* refuse("label", t`names no column`)
  const unknown = labels.find((name) => !declared.has(name))
  if (unknown !== undefined) {
    return yield* refuse(
      "label",
      t`${unknown} is no column that columns declares; it declares ${known}`
    )
  }
  const empty = labels.find((name) => {
    const { missing } = declared.get(name)!
    return missing !== "error" && missing !== "skip" && missing !== "category"
  })
  if (empty !== undefined) {
    return yield* refuse(`columns.${empty}.missing`, t`a label must be there: "error" or "skip"`)
  }
  const others = [...declared.keys()].filter((name) => !labels.includes(name))
  const all: ReadonlyArray<readonly [string | null, ReadonlyArray<string>]> =
    inputs === undefined ? [[null, others]] : Object.entries(inputs)
  for (const [name, some] of all) {
    const path = name === null ? "columns" : `inputs.${name}`
    if (some.length === 0) return yield* refuse(path, t`names no column as an input`)
    const wrong = some.find((column) => !others.includes(column))
    if (wrong !== undefined) {
      return yield* refuse(
        path,
        labels.includes(wrong)
          ? t`${wrong} is the label`
          : t`${wrong} is no column that columns declares; it declares ${known}`
      )
    }
  }
  return all.map(([name, columns]) => ({ name, columns }))
})

/** How each column becomes numbers, with the statistics of the training rows. */
export const inputColumns = Effect.fnUntraced(function* (
  { derived, records }: Pick<Loaded, "derived" | "records">,
  train: Subset,
  {
    columnAt,
    columns,
    inputs,
    texts,
    valuesOf
  }: {
    readonly inputs: ReadonlyArray<{
      readonly name: string | null
      readonly columns: ReadonlyArray<string>
    }>
    readonly columnAt: ReadonlyMap<string, number>
    readonly columns: ReadonlyMap<string, Column.Column>
    readonly valuesOf: (name: string) => ReadonlyArray<string>
    readonly texts: Column.TextOptions
  }
) {
  const names = [...new Set(inputs.flatMap(({ columns }) => columns))].filter((name) => {
    const { missing, standardize } = columns.get(name)!
    return standardize || missing === "mean"
  })
  const computed = Effect.gen(function* () {
    const statistics = new ColumnStatistics(names.length)
    const places = names.map((name) => columnAt.get(name)!)
    yield* records.scan((row, values) => {
      if (train.has(row)) places.forEach((place, i) => statistics.add(i, values[place]!))
    })
    const { mean, std } = statistics.result
    return Float64Array.of(...mean, ...std)
  })
  const statistics =
    names.length === 0
      ? new Float64Array(0)
      : yield* derived("statistics", [names, train], computed)
  const [mean, std] = [statistics.subarray(0, names.length), statistics.subarray(names.length)]
  const inputColumn = (name: string): InputColumn => {
    const { encoding, kind, missing, standardize } = columns.get(name)!
    if (kind === "boolean") return { column: name, kind }
    if (kind === "category") return { column: name, kind, encoding, values: valuesOf(name) }
    const at = names.indexOf(name)
    return {
      column: name,
      kind,
      ...(standardize && { mean: mean[at]!, std: std[at]! }),
      ...(missing === "mean" && { missing: mean[at]! }),
      ...(typeof missing === "number" && { missing })
    }
  }
  const result: TableInput = {
    kind: "table",
    inputs: inputs.map(({ columns, name }) => ({ name, columns: columns.map(inputColumn) })),
    decimal: texts.decimal,
    missing_values: texts.missing
  }
  return result
})
