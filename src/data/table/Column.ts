import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field } from "../../config/Field.js"
import * as Problems from "../../config/Problems.js"
import { t } from "../../language/Text.js"
import { placeOf } from "../Split.js"

/** The number that stands for a cell in a record; NaN: it is missing. A text says what is wrong with it. */
export type Cell = number | string

/** Reads the cells of one column, as a file has them: texts, or the values of Parquet and JSON. */
export interface Column {
  readonly kind: "number" | "boolean" | "date" | "category"
  readonly read: (value: unknown) => Cell
  /** What is done where a cell is missing. */
  readonly missing: Missing
  /** Numbers and dates: the model sees `(x - mean) / std` of the training split. */
  readonly standardize: boolean
  /** Categories: a number for each, in one-hot vectors or as they are. */
  readonly encoding: "one_hot" | "index"
  /** Categories: by the number that stands for each; `read` adds those that it meets, if `grows`. */
  readonly values: Array<string>
  readonly grows: boolean
  /** The decimal mark, where texts such as 1.5 are what `read` makes the number of, and nothing else. */
  readonly decimal?: string
  /** What it was made of. */
  readonly source: Source
}

/** What a column is made of, as threads can be given it. */
export type Source =
  "key" | "weight" | { readonly config: DeclaredColumn; readonly texts: TextOptions }

/** The column that is made of a source; it knows no values yet. */
export const ofSource = (source: Source): Column =>
  source === "key"
    ? key
    : source === "weight"
      ? weight
      : Either.getOrThrow(fromCode(source.config, source.texts))

/** `"error"`, `"skip"` the row, the `"mean"`, a number; categories: `"category"`, one of its own, "". */
export type Missing = "error" | "skip" | "mean" | "category" | number

/** How the texts of a file are read. */
export interface TextOptions {
  readonly decimal: string
  /** Texts that stand for nothing, in all columns but those of categories. */
  readonly missing: ReadonlyArray<string>
}

type Made = Omit<Column, "source">
type Make = (texts: TextOptions) => Made

const numberMissing = field(
  Schema.Union(Schema.Literal("error", "skip", "mean"), Schema.Number),
  "error",
  'What stands for a missing cell: "error" refuses the file, "skip" leaves out the row, "mean" is that of the training split, or a number.'
)
const standardize = field(
  Schema.Boolean,
  true,
  "As an input: the model sees (x - mean) / std of the training split. A label stays as it is."
)
const skipOrError = field(
  Schema.Literal("error", "skip"),
  "error",
  'A missing cell: "error" refuses the file, "skip" leaves out the row.'
)

/** A number. */
export const number = Choice.define("number", {
  description: "A number.",
  fields: { standardize, missing: numberMissing },
  make:
    ({ missing, standardize }): Make =>
    (texts) => ({
      ...plain,
      ...plainDecimal(texts),
      kind: "number",
      missing,
      standardize,
      read: readNumber(texts)
    })
})

/** A day or a moment, as days since 1970. */
export const date = Choice.define("date", {
  description: "A day or a moment in ISO 8601, UTC unless it says otherwise; days since 1970.",
  fields: { standardize, missing: numberMissing },
  make:
    ({ missing, standardize }): Make =>
    (texts) => ({ ...plain, kind: "date", missing, standardize, read: readDate(texts) })
})

/** Yes or no, as 1 or 0. */
export const boolean = Choice.define("boolean", {
  description: "true and false, yes and no, t and f, y and n, or 1 and 0; as 1 and 0.",
  fields: { missing: skipOrError },
  make:
    ({ missing }): Make =>
    (texts) => ({ ...plain, kind: "boolean", missing, read: readBoolean(texts) })
})

/** One of some texts. */
export const category = Choice.define("category", {
  description: "One of some texts; as a label, a class.",
  fields: {
    encoding: field(
      Schema.Literal("one_hot", "index"),
      "one_hot",
      'As an input: "one_hot", a 1 among zeros; or "index", its number among the values, as an embedding takes it.'
    ),
    values: field(
      Schema.NullOr(Schema.Array(Schema.String)),
      null,
      "The texts, in their order; null: those that occur, sorted."
    ),
    missing: field(
      Schema.Literal("error", "skip", "category"),
      "error",
      'An empty cell: "error" refuses the file, "skip" leaves out the row, "category" makes it one of the values, "".'
    )
  },
  make:
    ({ encoding, missing, values }): Make =>
    () => {
      const known = values === null ? [] : [...values]
      if (values !== null && missing === "category" && !known.includes("")) known.push("")
      return {
        ...plain,
        kind: "category",
        encoding,
        missing,
        values: known,
        grows: values === null,
        read: readCategory(known, values === null, missing === "category")
      }
    }
})

const plain: Pick<Column, "missing" | "standardize" | "encoding" | "values" | "grows"> = {
  missing: "error",
  standardize: false,
  encoding: "one_hot",
  values: [],
  grows: false
}

/** Unless a number may stand for nothing. */
const plainDecimal = ({ decimal, missing }: TextOptions) =>
  missing.some((text) => /\d/.test(text)) ? {} : { decimal }

/** The kinds of columns. */
export const builtIn = [number, category, boolean, date] as const

/** A column as a config declares it: the name of its kind, or an object with that and its fields. */
export const ColumnConfig = Choice.union(...builtIn)
export type ColumnConfig = typeof ColumnConfig.Type

/** Makes the reader of a declared column. */
export const make = (config: ColumnConfig, texts: TextOptions): Column => ({
  ...Choice.made<Make>(config, builtIn)(texts),
  source: { config, texts }
})

/**
 * The same of a column that code declares, with the defaults of what it leaves out; or what is wrong, and
 * with which of its fields.
 */
export const fromCode = (
  config: DeclaredColumn,
  texts: TextOptions
): Either.Either<Column, { readonly field: string; readonly detail: string }> =>
  // A copy, without the mark of a config that was decoded before.
  Either.mapBoth(decode(typeof config === "string" ? config : { ...config }, strictly), {
    onLeft: ({ issue }) => {
      const [{ allowed, found, path }] = Problems.fromIssue(issue) as [Problems.Problem]
      return { field: path, detail: t`is ${found ?? t`nothing`}; allowed: ${allowed}` }
    },
    onRight: (decoded) => ({ ...make(decoded, texts), source: { config, texts } })
  })

/** A column as code declares it. */
export type DeclaredColumn = typeof ColumnConfig.Encoded | ColumnConfig

const decode = Schema.decodeUnknownEither(ColumnConfig)
const strictly = { onExcessProperty: "error" } as const

/** What tells rows or groups of rows apart: 48 bits of a hash of the text. */
export const key: Column = {
  ...plain,
  source: "key",
  kind: "number",
  read: (value) =>
    value === null || value === undefined || value === ""
      ? NaN
      : Math.floor(placeOf(String(value as string)) * 2 ** 48)
}

/** How much a row counts. */
export const weight: Column = {
  ...plain,
  source: "weight",
  kind: "number",
  read: (value) => readNumber({ decimal: ".", missing: [""] })(value)
}

/** So many values at most; more are no categories. */
export const mostValues = 100_000

const isText = (value: unknown): value is string => typeof value === "string"

const isNothing = (value: unknown, { missing }: TextOptions): boolean =>
  value === null || value === undefined || (isText(value) && missing.includes(value.trim()))

const readNumber =
  (texts: TextOptions) =>
  (value: unknown): Cell => {
    if (typeof value === "number") return fitting(value)
    if (typeof value === "bigint" || typeof value === "boolean") return fitting(Number(value))
    if (isNothing(value, texts)) return NaN
    if (!isText(value)) return t`is ${shown(value)}, no number`
    const number = Number(texts.decimal === "." ? value : value.replace(texts.decimal, "."))
    // Number reads 0x10, 0b1 and 0o7, too.
    return Number.isFinite(number) && !/[xob]/i.test(value)
      ? fitting(number)
      : t`is ${shown(value)}, no number`
  }

const largestFloat = 3.4028234663852886e38

/** Models take 32-bit floats, in which a larger number is infinite. */
const fitting = (number: number): Cell =>
  Math.abs(number) > largestFloat ? t`is ${number}, more than a 32-bit float holds` : number

const day = 24 * 60 * 60 * 1000
const isoDate = /^\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?\s*$/i

const readDate =
  (texts: TextOptions) =>
  (value: unknown): Cell => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? NaN : value.getTime() / day
    if (isNothing(value, texts)) return NaN
    if (!isText(value) || !isoDate.test(value))
      return t`is ${shown(value)}, no date such as 2026-11-27`
    const text = value.trim().replace(" ", "T")
    const time = Date.parse(
      /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || text.length === 10 ? text : `${text}Z`
    )
    return Number.isNaN(time) ? t`is ${shown(value)}, no date such as 2026-11-27` : time / day
  }

const words = new Map([
  ["true", 1],
  ["yes", 1],
  ["t", 1],
  ["y", 1],
  ["1", 1],
  ["false", 0],
  ["no", 0],
  ["f", 0],
  ["n", 0],
  ["0", 0]
] as const)

const readBoolean =
  (texts: TextOptions) =>
  (value: unknown): Cell => {
    if (isNothing(value, texts)) return NaN
    const word = String(value as string)
      .trim()
      .toLowerCase()
    return words.get(word as "t") ?? t`is ${shown(value)}, neither true nor false`
  }

const readCategory = (values: Array<string>, mayGrow: boolean, emptyToo: boolean) => {
  const codes = new Map(values.map((value, i) => [value, i]))
  return (value: unknown): Cell => {
    const text = value === null || value === undefined ? "" : String(value as string)
    if (text === "" && !emptyToo) return NaN
    const known = codes.get(text)
    if (known !== undefined) return known
    if (text.includes("\uFFFD")) return t`is not UTF-8; set the encoding of the file`
    if (!mayGrow) return t`is ${shown(text)}, which is none of ${values.slice(0, 10).join(", ")}`
    if (values.length === mostValues)
      return t`has more than ${mostValues} different values, too many for a category`
    codes.set(text, values.length)
    return values.push(text) - 1
  }
}

/** A cell as an error shows it: hostile ones are long. */
export const shown = (value: unknown): string => {
  const text = typeof value === "bigint" ? `${value}` : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
