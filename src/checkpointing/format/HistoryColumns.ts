import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as JsonText from "../../io/JsonText.js"
import { t } from "../../language/Text.js"
import { firstProblem } from "./FirstProblem.js"
import type { TensorInfo, TensorShape } from "../../io/safetensors/Header.js"
import type { CheckpointMeta, CheckpointTensor } from "../Checkpoint.js"
import { EpochRecord } from "../Checkpoint.js"

/** A tensor of a checkpoint's file, of any element type. */
export type FileTensor<E = never> = Omit<CheckpointTensor<E>, "dtype"> & TensorShape

/** The key of `__metadata__` that names the columns of a long history, in their order. */
export const key = "train_history_columns"

/** The tensor of a column. */
export const tensorOf = (column: string): string => `train_history.${column}`

/** At most so many records are JSON, the last ones. Those before them are columns of numbers. */
export const tailLength = 1024

/** A history as a file stores it. */
export interface Split {
  readonly tail: CheckpointMeta["train_history"]
  /** The names of the columns; none where the tail holds everything. */
  readonly columns: ReadonlyArray<string>
  readonly tensors: ReadonlyMap<string, FileTensor>
}

/** The first `count` records of a history as columns, each with room for more. */
interface Columns {
  readonly history: ReadonlyArray<EpochRecord>
  readonly count: number
  readonly values: ReadonlyMap<string, Float64Array>
}

// Two NaNs, by the lower half of their bits: a measured NaN, and a metric that an epoch does not have.
const upper = 0x7ff80000
const measured = 0
const absent = 1

const fill = (values: Float64Array, nan: number, begin: number, end: number) => {
  const halves = new Uint32Array(values.buffer)
  for (let i = begin; i < end; i++) {
    halves[2 * i] = nan
    halves[2 * i + 1] = upper
  }
}

const longer = (values: Float64Array | undefined, count: number, length: number) => {
  if (values !== undefined && values.length >= length) return values
  // Twice as long: a long run copies each number a few times at most.
  const grown = new Float64Array(2 * length)
  grown.set(values?.subarray(0, count) ?? [])
  return grown
}

/** Extends `columns`, which hold the first records of `history`, to the first `count`. */
const extend = (
  columns: Columns,
  history: ReadonlyArray<EpochRecord>,
  count: number
): Either.Either<Columns, string> => {
  const values = new Map(columns.values)
  for (const [name, column] of values) values.set(name, longer(column, columns.count, count))
  for (const column of values.values()) fill(column, absent, columns.count, count)
  for (let i = columns.count; i < count; i++) {
    for (const [name, value] of Object.entries(history[i]!)) {
      if (typeof value !== "number") return Either.left(t`train_history.${i}.${name}: no number`)
      let column = values.get(name)
      if (column === undefined) {
        column = longer(undefined, 0, count)
        fill(column, absent, 0, count)
        values.set(name, column)
      }
      if (Number.isNaN(value)) fill(column, measured, i, i + 1)
      else column[i] = value
    }
  }
  return Either.right({ history, count, values })
}

const none: Columns = { history: [], count: 0, values: new Map() }

// A history only grows: the next save reuses the columns of this one.
let last = none

const columnsOf = (history: ReadonlyArray<EpochRecord>, count: number) => {
  // By identity: a record never changes.
  let same = 0
  while (same < Math.min(last.count, count) && last.history[same] === history[same]) same++
  const known = same === last.count ? last : none
  return Either.map(extend(known, history, count), (columns) => {
    last = columns
    return columns
  })
}

/** How a file stores `history`. Left: what cannot be encoded. */
export const split = (history: ReadonlyArray<EpochRecord>): Either.Either<Split, string> => {
  const count = Math.floor(Math.max(0, history.length - 1) / tailLength) * tailLength
  if (count === 0) return Either.right({ tail: history, columns: [], tensors: new Map() })
  return Either.map(columnsOf(history, count), ({ values }) => ({
    tail: history.slice(count),
    columns: [...values.keys()],
    tensors: new Map(
      [...values].map(([name, column]): [string, FileTensor] => {
        // Later records are appended behind these, or to another buffer.
        const bytes = new Uint8Array(column.buffer, 0, count * Float64Array.BYTES_PER_ELEMENT)
        const tensor = { dtype: "F64", shape: [count], bytes: Effect.succeed(bytes) } as const
        return [tensorOf(name), { ...tensor, view: () => bytes }]
      })
    )
  }))
}

const texts = new WeakMap<EpochRecord, string>()

const textOf = (record: EpochRecord): Either.Either<string, string> => {
  const known = texts.get(record)
  if (known !== undefined) return Either.right(known)
  return Schema.encodeEither(EpochRecord)(record).pipe(
    Either.mapLeft((error) => `train_history.${firstProblem(error)}`),
    Either.flatMap((fields) => JsonText.stringify(fields, "train_history")),
    Either.map((text) => {
      texts.set(record, text)
      return text
    })
  )
}

/** The JSON text of records; each is encoded once. Left: what cannot be encoded. */
export const text = (records: ReadonlyArray<EpochRecord>): Either.Either<string, string> =>
  Either.map(Either.all(records.map(textOf)), (all) => `[${all.join(",")}]`)

const specials = new Set<unknown>(["NaN", "Infinity", "-Infinity"])

/** The records of a parsed history. By hand: a schema takes ten times as long. */
export const records = (parsed: unknown): Either.Either<ReadonlyArray<EpochRecord>, string> => {
  const wrong = (path: string, what: string) => Either.left(`train_history.${path}: ${what}`)
  if (!Array.isArray(parsed)) return Either.left(t`train_history: not a list`)
  const found: Array<EpochRecord> = []
  for (const [i, fields] of (parsed as ReadonlyArray<unknown>).entries()) {
    if (!Predicate.isRecord(fields)) return wrong(String(i), t`not a record`)
    const record: Record<string, number> = {}
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value !== "number" && !specials.has(value))
        return wrong(`${i}.${name}`, t`no number`)
      record[name] = Number(value)
    }
    const { epoch, learning_rate, seconds } = record
    if (!Number.isSafeInteger(epoch) || learning_rate === undefined || seconds === undefined) {
      return wrong(String(i), t`without epoch, learning_rate or seconds`)
    }
    found.push(record as EpochRecord)
  }
  return Either.right(found)
}

/** What is wrong with the columns that a file names, or null. */
export const problem = (
  columns: ReadonlyArray<string>,
  tensors: ReadonlyMap<string, TensorInfo>
): string | null => {
  const lengths = columns.map((name) => {
    const tensor = tensors.get(tensorOf(name))
    return tensor?.dtype === "F64" && tensor.shape.length === 1 ? tensor.shape[0]! : -1
  })
  const missing = ["epoch", "learning_rate", "seconds"].find((name) => !columns.includes(name))
  if (missing !== undefined) return t`its history has no column ${missing}`
  return lengths.some((length) => length === -1 || length !== lengths[0])
    ? t`the columns of its history are not of one length`
    : null
}

/** The records of columns with these bytes, which are aligned for 64-bit numbers. */
export const join = (
  columns: ReadonlyArray<readonly [name: string, bytes: Uint8Array]>
): ReadonlyArray<EpochRecord> => {
  const typed = columns.map(([name, { buffer, byteLength, byteOffset }]) => ({
    name,
    values: new Float64Array(buffer, byteOffset, byteLength / 8),
    halves: new Uint32Array(buffer, byteOffset, byteLength / 4)
  }))
  return Array.from({ length: typed[0]?.values.length ?? 0 }, (_, i) => {
    const record: Record<string, number> = {}
    for (const { halves, name, values } of typed) {
      const value = values[i]!
      if (!Number.isNaN(value) || halves[2 * i] !== absent) record[name] = value
    }
    return record as EpochRecord
  })
}
