import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { crc32 } from "node:zlib"
import { concat } from "../../io/concat.js"
import { paced } from "../../io/EventLoop.js"
import { t } from "../../language/Text.js"
import * as CacheFile from "../CacheFile.js"
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
  const view = new DataView(bytes.buffer)
  const numbers = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  for (let i = 0; i < count; i++) {
    const own = numbers.subarray(i * 8 * width, (i + 1) * 8 * width)
    bytes.set(own, i * stride)
    view.setUint32((i + 1) * stride - 8, crc32(own), true)
    view.setUint32((i + 1) * stride - 4, first + i, true)
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
    const copy = (bytes: Uint8Array, at: number, row: number, target: Float64Array, to: number) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, stride)
      const own = bytes.subarray(at, at + 8 * width)
      if (
        crc32(own) !== view.getUint32(stride - 8, true) ||
        view.getUint32(stride - 4, true) !== row
      ) {
        return false
      }
      for (let i = 0; i < width; i++) target[to + i] = view.getFloat64(8 * i, true)
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
              const bytes = new Uint8Array((last - first + 1) * stride)
              yield* file.read(first * stride, bytes)
              for (const i of run) {
                const row = wanted[i]!
                if (!copy(bytes, (row - first) * stride, row, target, i * width)) {
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
        const bytes = new Uint8Array(atOnce * stride)
        for (let first = 0; first < rows; first += atOnce) {
          const count = Math.min(atOnce, rows - first)
          yield* file.read(first * stride, bytes.subarray(0, count * stride))
          for (let i = 0; i < count; i++) {
            if (!copy(bytes, i * stride, first + i, values, 0)) return yield* isDamaged(first + i)
            see(first + i, values)
          }
        }
      })
    return { rows, width, read, scan }
  })

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
