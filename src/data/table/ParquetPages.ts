import { crc32 } from "node:zlib"
import { t } from "../../language/Text.js"

/** What the metadata of a Parquet file say of the pages of a column in a row group. */
export interface ColumnChunk {
  readonly codec: string
  readonly isBoolean: boolean
  /** Whether a value may be missing; then each page has definition levels. */
  readonly isOptional: boolean
  readonly rows: number
}

/** Decompresses a page into `output`; throws if it does not fill it. */
export type Uncompress = (input: Uint8Array, output: Uint8Array) => void

/** A page has no more values; those that are alike take no bytes in the file, but in memory. */
const mostValues = 1 << 24
/** A copy of 64 bytes takes three of Snappy. */
const mostRatio = 22

/** Numbers of the format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const pageType = { data: 0, dictionary: 2, data2: 3 } as const
const encoding = { plainDictionary: 2, rle: 3, rleDictionary: 8 } as const

/**
 * Walks through the pages of a column before they are decoded, and throws where they are not what the metadata
 * declare: the decoder loops or fills memory by what they say. Checks the checksums of those that have one.
 */
export const check = (bytes: Uint8Array, chunk: ColumnChunk, uncompress: Uncompress): void => {
  const cursor = new Cursor(bytes)
  for (let rows = 0; rows < chunk.rows;) {
    const header = structOf(cursor)
    const size = numberIn(header, 3, bytes.length - cursor.at)
    const page = bytes.subarray(cursor.at, cursor.at + size)
    cursor.at += size
    const checksum = header.get(4)
    if (checksum !== undefined && crc32(page) !== (checksum as number) >>> 0) {
      throw new Error(t`the checksum of a page is wrong`)
    }
    const uncompressed = numberIn(
      header,
      2,
      chunk.codec === "UNCOMPRESSED" ? size : mostRatio * size + 64
    )
    const type = header.get(1)
    if (type === pageType.dictionary) numberIn(inner(header, 7), 1, mostValues)
    else if (type === pageType.data || type === pageType.data2) {
      const own = inner(header, type === pageType.data ? 5 : 8)
      const most = Math.min(mostValues, chunk.rows - rows)
      rows += numberIn(own, 1, most)
      const levels = type === pageType.data ? levelsOf : levelsOf2
      levels({ own, page, uncompressed, chunk, uncompress })
    } else throw new Error(t`has a page of an unknown kind`)
  }
}

interface Page {
  readonly own: Struct
  readonly page: Uint8Array
  readonly uncompressed: number
  readonly chunk: ColumnChunk
  readonly uncompress: Uncompress
}

/** Checks the runs of a data page: levels, then values, compressed together. */
const levelsOf = ({ chunk, own, page, uncompress, uncompressed }: Page) => {
  const count = own.get(1) as number
  const hasRuns = runsIn(own.get(2))
  if (!chunk.isOptional && !hasRuns) return
  const cursor = new Cursor(plainOf(page, uncompressed, chunk, uncompress))
  const present = chunk.isOptional ? checkRuns(cursor.sized(), 1, count) : count
  if (hasRuns) checkValues(cursor, chunk, present)
}

/** Checks those of a data page of version 2: its levels are not compressed, and their sizes in the header. */
const levelsOf2 = ({ chunk, own, page, uncompress, uncompressed }: Page) => {
  const count = own.get(1) as number
  const nulls = numberIn(own, 2, count)
  if (own.get(3) !== count) throw new Error(t`a page has ${own.get(3)} rows, and ${count} values`)
  const repetition = numberIn(own, 6, page.length)
  const definition = numberIn(own, 5, page.length - repetition)
  const start = repetition + definition
  if (uncompressed < start)
    throw new Error(t`a page of ${uncompressed} bytes has ${start} of levels`)
  const levels = new Cursor(page.subarray(repetition, start))
  const present = chunk.isOptional ? checkRuns(levels, 1, count) : count
  if (present !== count - nulls)
    throw new Error(t`a page does not hold the values that it declares`)
  if (!runsIn(own.get(4))) return
  const data = page.subarray(start)
  const isPlain = own.get(7) === 0 || uncompressed === start
  checkValues(
    new Cursor(isPlain ? data : plainOf(data, uncompressed - start, chunk, uncompress)),
    chunk,
    present
  )
}

const runsIn = (value: unknown): boolean =>
  value === encoding.plainDictionary || value === encoding.rle || value === encoding.rleDictionary

const plainOf = (
  page: Uint8Array,
  size: number,
  { codec }: ColumnChunk,
  uncompress: Uncompress
): Uint8Array => {
  // Another codec is refused by the decoder.
  if (codec !== "SNAPPY") return page
  const output = new Uint8Array(size)
  uncompress(page, output)
  return output
}

const checkValues = (cursor: Cursor, { isBoolean }: ColumnChunk, count: number): void => {
  if (isBoolean) {
    checkRuns(cursor.sized(), 1, count)
    return
  }
  const width = count === 0 ? 0 : cursor.byte()
  if (width > 32) throw new Error(t`a page has indices of ${width} bits`)
  if (width > 0) checkRuns(cursor, width, count)
}

/** Checks that runs make `count` values, none more than are left. Gives how many of them, of one bit, are 1. */
const checkRuns = (cursor: Cursor, width: number, count: number): number => {
  let ones = 0
  for (let seen = 0; seen < count;) {
    const header = cursor.varint()
    if (header % 2 === 1) {
      const values = 8 * Math.floor(header / 2)
      // The last bytes may be left out of values that are none.
      const bytes = cursor.upTo((values * width) / 8)
      if (width === 1) ones += onesIn(bytes, Math.min(values, count - seen))
      if (bytes.length * 8 < Math.min(values, count - seen) * width)
        throw new Error(t`a page is truncated`)
      seen += values
    } else {
      const values = header / 2
      if (values > count - seen)
        throw new Error(t`a run of ${values} values is too long for its page`)
      const first = cursor.upTo(Math.ceil(width / 8))
      if (first.length === 0) throw new Error(t`a page is truncated`)
      if (width === 1 && first[0] === 1) ones += values
      seen += values
    }
  }
  return ones
}

const onesIn = (bytes: Uint8Array, count: number): number => {
  let ones = 0
  for (let i = 0; i < count; i++) ones += (bytes[i >> 3]! >> (i & 7)) & 1
  return ones
}

/** A struct of Thrift's compact protocol: its numbers and structs, by the numbers of the fields. */
type Struct = ReadonlyMap<number, number | Struct>

const deepest = 8

const structOf = (cursor: Cursor, depth = 0): Struct => {
  if (depth > deepest) throw new Error(t`a header of a page is too deep`)
  const fields = new Map<number, number | Struct>()
  for (let field = 0; ;) {
    const byte = cursor.byte()
    if (byte % 16 === 0) return fields
    field = byte >> 4 === 0 ? cursor.zigzag() : field + (byte >> 4)
    const value = valueOf(cursor, byte % 16, depth)
    if (value !== null) fields.set(field, value)
  }
}

const valueOf = (cursor: Cursor, type: number, depth: number): number | Struct | null => {
  switch (type) {
    case 1:
      return 1
    case 2:
      return 0
    case 3:
      return cursor.byte()
    case 4:
    case 5:
      return cursor.zigzag()
    case 6:
      cursor.skipVarint()
      return null
    case 7:
      cursor.exactly(8)
      return null
    case 8:
      cursor.exactly(cursor.varint())
      return null
    case 12:
      return structOf(cursor, depth + 1)
    default:
      throw new Error(t`a header of a page has a field of type ${type}`)
  }
}

const inner = (struct: Struct, field: number): Struct => {
  const value = struct.get(field)
  if (typeof value !== "object") throw new Error(t`a page does not say what it holds`)
  return value
}

const numberIn = (struct: Struct, field: number, most: number): number => {
  const value = struct.get(field)
  if (typeof value === "number" && value >= 0 && value <= most) return value
  throw new Error(t`a page declares ${String(value)} bytes or values, where ${most} are possible`)
}

class Cursor {
  at = 0
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error(t`a page is truncated`)
    return byte
  }

  /** Of 32 bits, as the decoder reads it. */
  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (value >= 2 ** 32 || scale > 2 ** 28)
        throw new Error(t`a page declares a number of more than 32 bits`)
      if (byte < 128) return value
    }
  }

  zigzag(): number {
    const value = this.varint()
    return (value >>> 1) ^ -(value & 1)
  }

  skipVarint(): void {
    while (this.byte() >= 128);
  }

  upTo(length: number): Uint8Array {
    const bytes = this.bytes.subarray(this.at, this.at + length)
    this.at += bytes.length
    return bytes
  }

  exactly(length: number): Uint8Array {
    const bytes = this.upTo(length)
    if (bytes.length < length) throw new Error(t`a page is truncated`)
    return bytes
  }

  /** What follows, after its size in four bytes. */
  sized(): Cursor {
    const [a, b, c, d] = this.exactly(4) as unknown as [number, number, number, number]
    return new Cursor(this.exactly(a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24))
  }
}
