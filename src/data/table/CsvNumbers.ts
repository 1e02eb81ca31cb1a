/** What worker threads do with CSV files: read numbers of their lines. */
import { Buffer } from "node:buffer"
import type { Transfer } from "../workers/Call.js"
import { CellMemo } from "./CellMemo.js"
import { numbersOfRow, problemOf, wrongWidth } from "./numbersOfRow.js"
import * as Column from "./Column.js"
import { Cells, endOfRow, quote } from "./Cells.js"
import type { Lines } from "./CsvLines.js"
import { CsvText } from "./CsvText.js"
import { headOfSha256 } from "./headOfSha256.js"
import type { Damage } from "./Row.js"

/** Lines, and what of them is wanted. */
export interface Request extends Lines {
  readonly delimiter: string
  /** How many cells a row has. */
  readonly width: number
  /** The columns, in the order of the numbers of a record, and where each is in a row. */
  readonly columns: ReadonlyArray<{
    readonly name: string
    readonly source: Column.Source
    readonly place: number
  }>
  /** Nothing that follows a damaged row is wanted. */
  readonly stopsAtDamage: boolean
}

/** The numbers of rows, and what of them only whoever has read what is before can tell. */
export interface LocalNumbers {
  readonly rows: number
  readonly values: Float64Array
  readonly problems: ReadonlyArray<Damage>
  /** The values that each column has found, which stand for them here by their place, and the line of each. */
  readonly found: ReadonlyArray<ReadonlyArray<{ readonly value: string; readonly at: number }>>
}

/**
 * Reads numbers of lines: straight from the bytes where a row is as RFC 4180 has it, else by `CsvText`, which says
 * what is wrong with it.
 */
export const numbersOf = async (request: Request, transfer: Transfer): Promise<LocalNumbers> => {
  const { count, delimiter, stopsAtDamage, width } = request
  const { parse } = await import("csv-parse/sync")
  const { buffer, byteLength, byteOffset } = request.bytes
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  const columns = request.columns.map(({ name, place, source }) => {
    const column = Column.ofSource(source)
    return { name, place, column, read: cellReader(column) }
  })
  const named = columns.map(({ column, name }) => [name, column] as const)
  const places = columns.map(({ place }) => place)
  const growing = columns.flatMap(({ column }, i) => (column.grows ? [{ i, column }] : []))
  const found = columns.map((): Array<{ value: string; at: number }> => [])
  const problems: Array<Damage> = []
  const values = new Float64Array(count * columns.length)
  let filled = 0
  /** Notes the line of values that a row has brought. */
  const note = (at: number) => {
    for (const { column, i } of growing) {
      while (found[i]!.length < column.values.length) {
        found[i]!.push({ value: column.values[found[i]!.length]!, at })
      }
    }
  }

  const cells = new Cells(width)
  const read = (at: number): void => {
    const first = filled
    let isSkipped = false
    for (let i = 0; i < columns.length; i++) {
      const { column, name, place, read } = columns[i]!
      const cell = read(bytes, cells.starts[place]!, cells.ends[place]!, cells.doubled[place] === 1)
      if (typeof cell === "number" && !Number.isNaN(cell)) {
        values[filled++] = cell
        continue
      }
      const problem = problemOf(name, column, cell)
      if (problem === null) isSkipped = true
      else if (problem !== "") {
        problems.push({ at, problem })
        filled = first
        return
      }
      values[filled++] = NaN
    }
    if (isSkipped) filled = first
  }

  /** Reads a text of one or several rows, of which the first begins at a line. */
  const readText = (text: string, line: number): void => {
    const csv = new CsvText(parse, { delimiter })
    for (const row of [...csv.push(text), ...csv.end()]) {
      const at = line + row.at - 1
      const numbers = "problem" in row ? row.problem : numbersOfRow(row.cells, width, named, places)
      if (typeof numbers === "string") problems.push({ at, problem: numbers })
      else if (numbers !== null) {
        values.set(numbers, filled)
        filled += numbers.length
      }
      note(at)
    }
  }

  const separator = delimiter.length === 1 ? delimiter.charCodeAt(0) : 128
  if (separator >= 128 || separator === quote) readText(bytes.toString("utf8"), request.line)
  else {
    let line = request.line
    for (let at = 0; at < bytes.length;) {
      if (stopsAtDamage && problems.length > 0) break
      const to = cells.divide(bytes, at, separator)
      if (to === -1) {
        const end = endOfRow(bytes, at)
        const text = bytes.toString("utf8", at, end)
        readText(text, line)
        line += text.split("\n").length - 1
        at = end
        continue
      }
      const isBlank = cells.count === 1 && cells.starts[0] === cells.ends[0] && bytes[at] !== quote
      if (cells.count === width && !isBlank) read(line)
      else if (!isBlank) problems.push({ at: line, problem: wrongWidth(cells.count, width) })
      note(line)
      line += cells.lines
      at = to
    }
  }
  const used = values.slice(0, filled)
  transfer(used.buffer)
  return { rows: filled / columns.length, values: used, problems, found }
}

type CellReader = (bytes: Buffer, from: number, to: number, isDoubled: boolean) => Column.Cell

const cellReader = (column: Column.Column): CellReader => {
  const memo = new CellMemo()
  const slowly: CellReader = (bytes, from, to, isDoubled) => {
    const known = memo.find(bytes, from, to)
    if (known !== undefined) return known
    const text = bytes.toString("utf8", from, to)
    const cell = column.read(isDoubled ? text.replaceAll('""', '"') : text)
    if (typeof cell === "number") memo.keep(bytes, from, to, cell)
    return cell
  }
  if (column.source === "key") {
    return (bytes, from, to, isDoubled) => {
      const head = isDoubled ? -1 : headOfSha256(bytes, from, to)
      return head === -1 ? slowly(bytes, from, to, isDoubled) : head
    }
  }
  if (column.decimal === undefined) return slowly
  const mark = column.decimal.charCodeAt(0)
  return (bytes, from, to, isDoubled) => {
    const number = decimalOf(bytes, from, to, mark)
    return number === number ? number : slowly(bytes, from, to, isDoubled)
  }
}

/** Exact, as are products and quotients by them of integers below 2⁵³. */
const powers = Float64Array.from({ length: 16 }, (_, i) => Number(`1e${i}`))

/** The number nearest to a decimal of up to 15 digits without an exponent; NaN: it is none. */
export const decimalOf = (bytes: Uint8Array, from: number, to: number, mark: number): number => {
  let at = from
  const isNegative = bytes[at] === 45
  if (isNegative) at++
  let [digits, number, markAt] = [0, 0, -1]
  for (; at < to; at++) {
    const digit = bytes[at]! - 48
    if (digit >= 0 && digit <= 9) {
      number = 10 * number + digit
      digits++
    } else if (bytes[at] === mark && markAt === -1) markAt = at
    else return NaN
  }
  if (digits === 0 || digits > 15) return NaN
  if (markAt !== -1) number /= powers[to - 1 - markAt]!
  return isNegative ? -number : number
}
