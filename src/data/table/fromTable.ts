import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { basename, join, resolve } from "node:path"
import type * as Observer from "../../events/Observer.js"
import type { Batch, LabelledBatch, Values } from "../Batch.js"
import type { Dataset, Examples, SplitName } from "../Dataset.js"
import * as Fingerprint from "../fingerprint.js"
import type { Field, LabelField } from "../Layout.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Split from "../Split.js"
import { Subset } from "../Subset.js"
import * as Column from "./Column.js"
import { load, type Loaded } from "./load.js"
import { inputColumns, inputsOf, refuse } from "./inputs.js"
import type { RowSource } from "./Row.js"
import { encode, widthOf, type TableInput } from "./TableInput.js"
import type { TableOptions } from "./TableOptions.js"

export type TableServices = FileSystem.FileSystem | Observer.Observer | Scope.Scope

export const missingValues = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]

/** A dataset of the rows that `source` reads; see `Dataset.fromCsv`. */
export const fromTable = Effect.fnUntraced(function* (
  options: TableOptions,
  sourceOf: (columns: ReadonlyArray<string>) => RowSource,
  csv?: TableInput["csv"] & { readonly header: ReadonlyArray<string> | null }
) {
  const {
    cache_dir = join(".cache", "tables"),
    damaged = "error",
    decimal = ".",
    fingerprint = "sampled",
    group,
    key
  } = options
  const { missing_values = missingValues, split = Split.random.make(), weight } = options
  const texts = { decimal, missing: missing_values }
  const declared = new Map<string, Column.Column>()
  for (const [name, config] of Object.entries(options.columns)) {
    declared.set(
      name,
      yield* Either.mapLeft(Column.fromCode(config, texts), ({ detail, field }) =>
        refuse(["columns", name, field].filter((part) => part !== "").join("."), detail)
      )
    )
  }
  const labels = [options.label].flat()
  const inputs = yield* inputsOf(options, declared, labels)
  // What a record holds: each column once, then what rows are weighted and divided by.
  const held = new Map(declared)
  const add = (column: string | undefined, kind: Column.Column) => {
    if (column !== undefined) held.set(column, held.get(column) ?? kind)
    return column === undefined ? -1 : [...held.keys()].indexOf(column)
  }
  const weightAt = add(weight, Column.weight)
  const keyAt = add(key, Column.key)
  const groupAt = add(group, Column.key)
  const source = sourceOf([...held.keys()])
  const files = yield* SourceFiles.filesOf(options.path, source.endings)
  const loaded = yield* load({
    files,
    source,
    columns: held,
    damaged,
    cacheFolder: cache_dir,
    fingerprint,
    parameters: JSON.stringify([
      csv,
      options.columns,
      decimal,
      missing_values,
      damaged,
      [...held.keys()]
    ])
  })

  const { content, records, starts } = loaded
  const columnAt = new Map([...held.keys()].map((name, i) => [name, i]))
  // Categories that were found are numbered in the order of the alphabet, whatever that of the rows.
  const ranks = new Map(
    [...declared].flatMap(([name, column]) => {
      const config = options.columns[name]!
      const isGiven = typeof config !== "string" && "values" in config && config.values !== null
      if (column.kind !== "category" || isGiven) return []
      const sorted = column.values.toSorted()
      return [
        [
          name,
          { values: sorted, rank: column.values.map((value) => sorted.indexOf(value)) }
        ] as const
      ]
    })
  )
  const valuesOf = (name: string) => ranks.get(name)?.values ?? declared.get(name)!.values
  const numberOf = (name: string, x: number) => {
    const rank = ranks.get(name)?.rank
    return rank === undefined || Number.isNaN(x) ? x : rank[x]!
  }

  const [label] = labels
  const labelColumn = declared.get(label!)!
  const classAt = labels.length === 1 && isClass(labelColumn) ? columnAt.get(label!)! : -1
  const classes = yield* gather(loaded, classAt, Int32Array)
  const assignment = yield* assignmentOf(loaded, files, {
    split: Split.made(split),
    keyAt,
    groupAt,
    ...(classes && { classOf: (i: number) => classes[i]! })
  })
  yield* Split.countsOf(assignment)
  const splits = Subset.ofAll(assignment)
  const preprocessing = yield* inputColumns(loaded, splits.train, {
    inputs,
    columnAt,
    valuesOf,
    columns: declared,
    texts
  })
  const fields = preprocessing.inputs.map(({ columns, name }) => {
    const isIndex =
      name !== null && columns.every((one) => one.kind === "category" && one.encoding === "index")
    const field: Field = {
      shape: [columns.reduce((sum, column) => sum + widthOf(column), 0)],
      ...(isIndex && { dtype: "int32" as const })
    }
    return { name, field, columns }
  })
  const labelFields = labels.map((name): readonly [string, LabelField] => {
    const { kind } = declared.get(name)!
    const classes =
      kind === "category" ? valuesOf(name) : kind === "boolean" ? ["false", "true"] : undefined
    return [
      name,
      { shape: [], ...(classes && { classes }), ...(weightAt !== -1 && { weighted: true }) }
    ]
  })

  const batchOf = (numbers: Float64Array, size: number): LabelledBatch => {
    const { width } = records
    const inputArrays = fields.map(({ columns, field, name }): readonly [string, Values] => {
      const length = field.shape[0]!
      const values =
        field.dtype === "int32" ? new Int32Array(size * length) : new Float32Array(size * length)
      for (let row = 0; row < size; row++) {
        let at = row * length
        for (const column of columns) {
          const x = numbers[row * width + columnAt.get(column.column)!]!
          encode(column, numberOf(column.column, x), values, at)
          at += widthOf(column)
        }
      }
      return [name ?? "", values]
    })
    const column = (name: string) =>
      Float64Array.from({ length: size }, (_, row) =>
        numberOf(name, numbers[row * width + columnAt.get(name)!]!)
      )
    const labelArrays = labelFields.map(([name, { classes }]): readonly [string, Values] => [
      name,
      classes === undefined ? Float32Array.from(column(name)) : Int32Array.from(column(name))
    ])
    const weights =
      weightAt === -1
        ? undefined
        : Float32Array.from({ length: size }, (_, row) => numbers[row * width + weightAt]!)
    const isNamed = typeof options.label !== "string"
    return {
      size,
      inputs: options.inputs === undefined ? inputArrays[0]![1] : Object.fromEntries(inputArrays),
      labels: isNamed ? Object.fromEntries(labelArrays) : labelArrays[0]![1],
      ...(weights && {
        weights: (isNamed
          ? Object.fromEntries(labels.map((name) => [name, weights]))
          : weights) as never
      })
    }
  }
  const examples = (split: SplitName): Examples<LabelledBatch> => {
    const own = splits[split]
    return {
      size: own.size,
      describe: (i) => {
        const at = own.at(i)
        const file = fileOf(starts, at)
        const row = at - starts[file]! + 1
        return { name: `${basename(files[file]!)} #${row}`, path: resolve(files[file]!) }
      },
      batch: (indices) =>
        Effect.map(records.read(indices.map((i) => own.at(i))), (numbers) =>
          batchOf(numbers, indices.length)
        ),
      ...(classes && {
        labels: Effect.sync(() =>
          Int32Array.from({ length: own.size }, (_, i) => numberOf(label!, classes[own.at(i)]!))
        )
      })
    }
  }
  const identity = Fingerprint.hashing()
  identity.add({
    content,
    inputs: preprocessing.inputs.map(({ columns, name }) => [name, columns]),
    labels
  })
  for (const name of Split.names) {
    identity.addParts(Int32Array.BYTES_PER_ELEMENT * splits[name].size, splits[name].parts())
  }
  const [single] = fields
  const [, singleLabel] = labelFields[0]!
  const dataset = {
    name: options.name ?? basename(files[0]!),
    fingerprint: identity.end(),
    ...(options.inputs === undefined
      ? { inputShape: single!.field.shape }
      : { inputs: Object.fromEntries(fields.map(({ field, name }) => [name, field])) }),
    ...(typeof options.label === "string"
      ? {
          labelShape: [],
          classes: singleLabel.classes ?? [],
          ...(singleLabel.weighted && { weighted: true })
        }
      : { labels: Object.fromEntries(labelFields) }),
    preprocessing: {
      ...preprocessing,
      ...(csv && { csv: { delimiter: csv.delimiter, encoding: csv.encoding } })
    },
    train: examples("train"),
    validation: examples("validation"),
    test: examples("test")
  }
  return dataset as unknown as Dataset<Batch>
})

const isClass = ({ kind }: Column.Column) => kind === "category" || kind === "boolean"

const fileOf = (starts: ReadonlyArray<number>, row: number): number =>
  starts.findLastIndex((start) => start <= row)

/** The numbers of a column, of every row; undefined where its place is -1. */
const gather = Effect.fnUntraced(function* <A extends Float64Array | Int32Array>(
  { derived, records }: Loaded,
  place: number,
  numbers: { new (length: number): A; from(numbers: Float64Array): A }
) {
  if (place === -1) return undefined
  const column = Effect.suspend(() => {
    const numbers = new Float64Array(records.rows)
    const scan = records.scan((row, values) => void (numbers[row] = values[place]!))
    return Effect.as(scan, numbers)
  })
  return numbers.from(yield* derived(`column-${place}`, [], column))
})

/** The split of every row. Its key and group are held only where the split must know all of them. */
const assignmentOf = Effect.fnUntraced(function* (
  loaded: Loaded,
  files: ReadonlyArray<string>,
  {
    classOf,
    groupAt,
    keyAt,
    split
  }: {
    readonly split: Split.Split
    readonly keyAt: number
    readonly groupAt: number
    readonly classOf?: (row: number) => number
  }
) {
  const { derived, records, starts } = loaded
  const { rows: size } = records
  const nameOf = (i: number) => files[fileOf(starts, i)]!
  const { each } = split
  if (each === undefined || (keyAt === -1 && groupAt === -1)) {
    const keys = yield* gather(loaded, keyAt, Float64Array)
    const groups = yield* gather(loaded, groupAt, Float64Array)
    return yield* Split.assignment(split, {
      size,
      nameOf,
      keyOf: keys === undefined ? (i) => i : (i) => keys[i]!,
      ...(groups && { groupOf: (i: number) => groups[i]! }),
      ...(classOf && { classOf })
    })
  }
  let current: Float64Array = new Float64Array(0)
  const splitOf = yield* Either.mapLeft(
    each.splitOf({
      size,
      nameOf,
      keyOf: keyAt === -1 ? (i) => i : () => current[keyAt]!,
      ...(groupAt !== -1 && { groupOf: () => current[groupAt]! })
    }),
    (detail) => refuse("split", detail)
  )
  const found = yield* derived(
    "splits",
    [each.id, keyAt, groupAt, files, starts],
    Effect.suspend(() => {
      const packed = new Float64Array(Math.ceil(size / 8))
      const assignment = new Uint8Array(packed.buffer)
      const scan = records.scan((row, values) => {
        current = values
        assignment[row] = splitOf(row)
      })
      return Effect.as(scan, packed)
    })
  )
  return new Uint8Array(found.buffer, found.byteOffset, size)
})
