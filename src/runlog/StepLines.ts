import { decode, numberOf, type Step } from "./Line.js"
import type { StepColumns } from "./RunLog.js"

/**
 * The numbers of step lines, read from their bytes into columns: a tenth of the time that decoding JSON
 * takes, for curves of many long runs. A number is the nearest double, or the one beside it. What is not
 * written as a run writes it is decoded as JSON.
 */

const columnNames = [
  "global_step",
  "epoch",
  "step",
  "time",
  "loss",
  "learning_rate",
  "gradient_norm",
  "examples",
  "data_wait_ms",
  "step_ms",
  "data_wait_ms_max",
  "step_ms_max"
] as const satisfies ReadonlyArray<keyof StepColumns>

type Name = (typeof columnNames)[number]

const columnsBy = (column: (name: Name) => Float64Array): StepColumns =>
  // Every name of a column is in the list.
  Object.fromEntries(columnNames.map((name) => [name, column(name)])) as unknown as StepColumns

/** Columns of so many rows, all NaN. */
export const empty = (length: number): StepColumns =>
  columnsBy(() => new Float64Array(length).fill(NaN))

/** The same rows in columns of so many. */
export const resized = (columns: StepColumns, length: number): StepColumns =>
  columnsBy((name) => {
    const copy = new Float64Array(length).fill(NaN)
    copy.set(columns[name].subarray(0, length))
    return copy
  })

/** Puts a step that is decoded into a row. */
export const fill = (columns: StepColumns, row: number, line: Step): void => {
  for (const name of columnNames) {
    if (name !== "time") columns[name][row] = numberOf(line[name])
  }
  columns.time[row] = Date.parse(line.time)
  if (line.data_wait_ms_max === undefined)
    columns.data_wait_ms_max[row] = columns.data_wait_ms[row]!
  if (line.step_ms_max === undefined) columns.step_ms_max[row] = columns.step_ms[row]!
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const closing = 0x7d

/** Whether the text in `bytes` from `at` to `end` is a name. */
const isName = (name: string, bytes: Buffer, at: number, end: number): boolean => {
  const length = end - at
  if (name.length !== length) return false
  for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== bytes[at + i]) return false
  return true
}

const timeColumn = columnNames.indexOf("time")

/** Exact for up to 22 places. */
const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

const scaled = (value: number, exponent: number): number =>
  exponent < 0
    ? exponent >= -22
      ? value / powers[-exponent]!
      : value * 10 ** exponent
    : exponent <= 22
      ? value * powers[exponent]!
      : value * 10 ** exponent

/** Reads lines one after the other, each the better for the one before: most begin with the same day. */
export class StepReader {
  readonly #rows: ReadonlyArray<Float64Array>
  readonly #order: Array<number> = []
  #day = ""
  #dayStart = NaN
  /** Where the value that was read last ends; -1: it was none. */
  #at = 0

  constructor(readonly columns: StepColumns) {
    this.#rows = columnNames.map((name) => columns[name])
  }

  /** Reads the line in `bytes` from `at` to `end` into a row; false: it is no step. */
  read(row: number, bytes: Buffer, at: number, end: number): boolean {
    if (this.#fields(row, bytes, at, end)) return true
    const line = decode(bytes.toString("utf8", at, end))
    if (line?.event !== "Step") return false
    fill(this.columns, row, line)
    return true
  }

  /** Each `"name":value`; false where the line is anything else. */
  #fields(row: number, bytes: Buffer, from: number, end: number): boolean {
    const { columns } = this
    // After `{"event":"Step"`, by which the line was found.
    let at = from + 15
    let nth = 0
    while (bytes[at] === comma) {
      if (bytes[at + 1] !== quote) return false
      let stop = at + 2
      while (stop < end && bytes[stop] !== quote) stop++
      const column = this.#columnOf(nth++, bytes, at + 2, stop)
      if (column < 0 || bytes[stop + 1] !== colon) return false
      const value =
        column === timeColumn
          ? this.#time(bytes, stop + 2, end)
          : this.#number(bytes, stop + 2, end)
      if (this.#at < 0) return false
      this.#rows[column]![row] = value
      at = this.#at
    }
    if (Number.isNaN(columns.step_ms_max[row]!)) {
      columns.data_wait_ms_max[row] = columns.data_wait_ms[row]!
      columns.step_ms_max[row] = columns.step_ms[row]!
    }
    return bytes[at] === closing && at + 1 === end
  }

  /** The column of the nth field of a line, most likely that of the line before; -1: none. */
  #columnOf(nth: number, bytes: Buffer, at: number, end: number): number {
    const guess = this.#order[nth]
    if (guess !== undefined && isName(columnNames[guess]!, bytes, at, end)) return guess
    const column = columnNames.findIndex((name) => isName(name, bytes, at, end))
    if (column >= 0) this.#order[nth] = column
    return column
  }

  /** Milliseconds since 1970 of `"2026-11-27T21:10:34.000Z"`. */
  #time(bytes: Buffer, at: number, end: number): number {
    this.#at = at + 26
    if (at + 26 > end || bytes[at] !== quote || bytes[at + 25] !== quote) return this.#none()
    if (!this.#isSameDay(bytes, at + 1)) {
      this.#day = bytes.toString("latin1", at + 1, at + 11)
      this.#dayStart = Date.parse(`${this.#day}T00:00:00.000Z`)
    }
    return (
      this.#dayStart +
      two(bytes, at + 12) * 3_600_000 +
      two(bytes, at + 15) * 60_000 +
      two(bytes, at + 18) * 1000 +
      (bytes[at + 21]! - 48) * 100 +
      two(bytes, at + 22)
    )
  }

  #isSameDay(bytes: Buffer, at: number): boolean {
    const day = this.#day
    for (let i = day.length - 1; i >= 0; i--) {
      if (day.charCodeAt(i) !== bytes[at + i]) return false
    }
    return day !== ""
  }

  #number(bytes: Buffer, from: number, end: number): number {
    let at = from
    if (bytes[at] === quote) {
      const stop = bytes.indexOf(quote, at + 1)
      if (stop < 0 || stop >= end) return this.#none()
      this.#at = stop + 1
      return Number(bytes.toString("latin1", at + 1, stop))
    }
    const isNegative = bytes[at] === 0x2d
    if (isNegative) at++
    // The first digits, and those after them: each as many as an integer of 32 bits holds. Further ones
    // than a double has change nothing.
    let first = 0
    let second = 0
    let digits = 0
    let point = -1
    const start = at
    for (; at < end; at++) {
      const digit = bytes[at]! - 48
      if (digit >= 0 && digit <= 9) {
        if (digits < 9) first = first * 10 + digit
        else if (digits < 17) second = second * 10 + digit
        if (digits > 0 || digit > 0) digits++
      } else if (digit === -2 && point < 0) point = at
      else break
    }
    if (at === start) return this.#none()
    const used = Math.min(digits, 17)
    let exponent = digits - used - (point < 0 ? 0 : at - point - 1)
    const value = used <= 9 ? first : first * powers[used - 9]! + second
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++
      const sign = bytes[at] === 0x2d ? -1 : 1
      if (bytes[at] === 0x2d || bytes[at] === 0x2b) at++
      let power = 0
      for (; at < end; at++) {
        const digit = bytes[at]! - 48
        if (digit < 0 || digit > 9) break
        power = power * 10 + digit
      }
      exponent += sign * power
    }
    this.#at = at
    const found = exponent === 0 ? value : scaled(value, exponent)
    return isNegative ? -found : found
  }

  #none(): number {
    this.#at = -1
    return NaN
  }
}

/** Two digits. */
const two = (bytes: Buffer, at: number): number => (bytes[at]! - 48) * 10 + bytes[at + 1]! - 48
