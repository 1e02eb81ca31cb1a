import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { crc32 } from "node:zlib"
import { t } from "../../language/Text.js"
import * as CacheFile from "../CacheFile.js"
import type { DataError } from "../DataError.js"

/**
 * Bytes of which any are reached by one read, in blocks that have a CRC-32 each, so that no damage goes
 * unnoticed: a block is 4,088 bytes, then the CRC of them and the number of the block, little endian.
 */
export interface BlockFile {
  /** The bytes of `[from, to)`. */
  readonly read: (from: number, to: number) => Effect.Effect<Uint8Array, DataError>
}

const data = 4088
const block = 4096

/** Bytes that arrive in parts as the blocks of a file. */
export class Blocks {
  private readonly waiting = new Uint8Array(data)
  private filled = 0
  private count = 0

  /** The blocks that further bytes complete. */
  push(bytes: Uint8Array): Uint8Array {
    const complete = new Uint8Array(Math.floor((this.filled + bytes.length) / data) * block)
    let to = 0
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + data - this.filled)
      this.waiting.set(part, this.filled)
      this.filled += part.length
      at += part.length
      if (this.filled === data) {
        this.seal(complete.subarray(to, to + block))
        to += block
      }
    }
    return complete
  }

  /** The last block, filled up with zeros; no bytes if there is none. */
  end(): Uint8Array {
    if (this.filled === 0) return new Uint8Array()
    this.waiting.fill(0, this.filled)
    const last = new Uint8Array(block)
    this.seal(last)
    return last
  }

  private seal(target: Uint8Array): void {
    target.set(this.waiting)
    const view = new DataView(target.buffer, target.byteOffset + data)
    view.setUint32(0, crc32(this.waiting), true)
    view.setUint32(4, this.count++, true)
    this.filled = 0
  }
}

/** Opens a file of `length` bytes in blocks; it stays open until the scope closes. */
export const open = (
  path: string,
  length: number
): Effect.Effect<BlockFile, DataError, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* CacheFile.open(path)
    const expected = Math.ceil(length / data) * block
    if (file.size !== expected) {
      return yield* file.damaged(t`has ${file.size} bytes, ${expected} expected`)
    }
    const read = (from: number, to: number) =>
      Effect.gen(function* () {
        if (from >= to) return new Uint8Array()
        const first = Math.floor(from / data)
        const bytes = new Uint8Array((Math.ceil(to / data) - first) * block)
        yield* file.read(first * block, bytes)
        const target = new Uint8Array(to - from)
        for (let i = 0; i * block < bytes.length; i++) {
          const own = bytes.subarray(i * block, i * block + data)
          const view = new DataView(bytes.buffer, i * block + data)
          if (crc32(own) !== view.getUint32(0, true) || view.getUint32(4, true) !== first + i) {
            return yield* file.damaged(t`is damaged at byte ${(first + i) * block}`)
          }
          const at = (first + i) * data
          const part = own.subarray(Math.max(0, from - at), Math.min(data, to - at))
          target.set(part, Math.max(0, at - from))
        }
        return target
      })
    return { read }
  })
