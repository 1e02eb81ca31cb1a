import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { concat } from "../../io/concat.js"
import { paced } from "../../io/EventLoop.js"
import { t } from "../../language/Text.js"
import * as CacheFile from "../CacheFile.js"
import { crc32 } from "./crc32.js"
import type { DataError } from "../DataError.js"

/**
 * The rows of a table as `width` numbers each, of which any is reached at once: a record is those, little
 * endian, then the CRC-32 of them and the number of the row, so that no damage goes unnoticed.
 */
export interface Records {
  readonly rows: number
  readonly width: number
  /** The numbers of some rows, one row after another. */
  readonly read: (rows: Int32Array) => Effect.Effect<Float64Array, DataError>
  /** Calls `see` with every row in order; `values` is valid until it returns. */
  readonly scan: (
    see: (row: number, values: Float64Array) => void
  ) => Effect.Effect<void, DataError>
}

/** The bytes of a record. */
export const strideOf = (width: number): number => 8 * width + 8

/** Records one after another, with what guards each. `first` is the number of the first row. */
export const encode = (values: Float64Array, width: number, first: number): Uint8Array => {
  const stride = strideOf(width)
  const count = values.length / width
  const bytes = new Uint8Array(count * stride)
  const [numbers, words] = [new Float64Array(bytes.buffer), new Uint32Array(bytes.buffer)]
  for (let i = 0; i < count; i++) {
    const at = i * (width + 1)
    for (let j = 0; j < width; j++) numbers[at + j] = values[i * width + j]!
    words[2 * (at + width)] = crc32(words, 2 * at, 2 * width)
    words[2 * (at + width) + 1] = first + i
  }
  return bytes
}

/** Records that are held in memory. */
export const inMemory = (values: Float64Array, width: number): Records => ({
  rows: width === 0 ? 0 : values.length / width,
  width,
  read: (rows) =>
    Effect.sync(() => {
      const read = new Float64Array(rows.length * width)
      rows.forEach((row, i) => read.set(values.subarray(row * width, (row + 1) * width), i * width))
      return read
    }),
  scan: (see) =>
    Effect.gen(function* () {
      const pause = paced()
      for (let row = 0; row < values.length / width; row++) {
        see(row, values.subarray(row * width, (row + 1) * width))
        if (row % 1024 === 0) yield* pause
      }
    })
})

/** Rows so near to each other in a file are read together. */
const gapBytes = 1 << 14
/** So many bytes of it are read at a time. */
const partBytes = 1 << 20
/** So many reads run at a time. */
const readsAtOnce = 8

/** Records of a file at `path`, which stays open until the scope closes. */
export const ofFile = (
  path: string,
  width: number,
  rows: number
): Effect.Effect<Records, DataError, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* CacheFile.open(path)
    const stride = strideOf(width)
    if (file.size !== rows * stride) {
      return yield* file.damaged(
        t`has ${file.size} bytes, where ${rows} rows have ${rows * stride}`
      )
    }
    /** Copies the numbers of the record from `at` on, in multiples of 8 bytes; false: it is damaged. */
    const copy = (part: Part, at: number, row: number, target: Float64Array, to: number) => {
      const { numbers, words } = part
      const end = 2 * (at + width)
      if (crc32(words, 2 * at, 2 * width) !== words[end] || words[end + 1] !== row) return false
      for (let i = 0; i < width; i++) target[to + i] = numbers[at + i]!
      return true
    }
    const isDamaged = (row: number) => file.damaged(t`is damaged at row ${row + 1}`)

    const read = (wanted: Int32Array) =>
      Effect.gen(function* () {
        const target = new Float64Array(wanted.length * width)
        const order = Int32Array.from(wanted.keys()).sort((a, b) => wanted[a]! - wanted[b]!)
        const runs: Array<Array<number>> = []
        for (const i of order) {
          const last = runs.at(-1)
          const from = last === undefined ? 0 : wanted[last[0]!]! * stride
          const isNear =
            last !== undefined &&
            (wanted[i]! - wanted[last.at(-1)!]!) * stride <= gapBytes &&
            (wanted[i]! + 1) * stride - from <= partBytes
          if (isNear) last.push(i)
          else runs.push([i])
        }
        yield* Effect.forEach(
          runs,
          (run) =>
            Effect.gen(function* () {
              const [first, last] = [wanted[run[0]!]!, wanted[run.at(-1)!]!]
              const part = partOf((last - first + 1) * stride)
              yield* file.read(first * stride, part.bytes)
              for (const i of run) {
                const row = wanted[i]!
                if (!copy(part, (row - first) * (width + 1), row, target, i * width)) {
                  return yield* isDamaged(row)
                }
              }
            }),
          { concurrency: readsAtOnce, discard: true }
        )
        return target
      })

    const scan: Records["scan"] = (see) =>
      Effect.gen(function* () {
        const values = new Float64Array(width)
        const atOnce = Math.max(1, Math.floor(partBytes / stride))
        const part = partOf(atOnce * stride)
        for (let first = 0; first < rows; first += atOnce) {
          const count = Math.min(atOnce, rows - first)
          yield* file.read(first * stride, part.bytes.subarray(0, count * stride))
          for (let i = 0; i < count; i++) {
            if (!copy(part, i * (width + 1), first + i, values, 0)) {
              return yield* isDamaged(first + i)
            }
            see(first + i, values)
          }
        }
      })
    return { rows, width, read, scan }
  })

/** Bytes of the file, and what they stand for. */
interface Part {
  readonly bytes: Uint8Array
  readonly numbers: Float64Array
  readonly words: Uint32Array
}

const partOf = (length: number): Part => {
  const buffer = new ArrayBuffer(length)
  return {
    bytes: new Uint8Array(buffer),
    numbers: new Float64Array(buffer),
    words: new Uint32Array(buffer)
  }
}

/** Numbers that arrive one by one, in memory as they come. */
export class Growing {
  private parts: Array<Float64Array> = []
  private current = new Float64Array(1 << 16)
  private filled = 0

  get bytes(): number {
    return 8 * (this.parts.reduce((sum, { length }) => sum + length, 0) + this.filled)
  }

  push(value: number): void {
    if (this.filled === this.current.length) {
      this.parts.push(this.current)
      this.current = new Float64Array(1 << 16)
      this.filled = 0
    }
    this.current[this.filled++] = value
  }

  /** Adds numbers, which the caller does not change any more. */
  add(values: Float64Array): void {
    if (this.filled > 0) this.parts.push(this.current.slice(0, this.filled))
    this.filled = 0
    this.parts.push(values)
  }

  /** All of them; what is taken is held no longer. */
  take(): Float64Array {
    const all = [...this.parts, this.current.subarray(0, this.filled)]
    this.parts = []
    this.filled = 0
    const bytes = concat(
      all.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
    )
    return new Float64Array(bytes.buffer)
  }
}
