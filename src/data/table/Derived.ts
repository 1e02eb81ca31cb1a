import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import type { DataError } from "../DataError.js"
import { Subset } from "../Subset.js"

/**
 * Gives numbers that follow from all records and from `key`: those of an earlier start, or those that
 * `compute` finds now, which then are kept under the name `what` for the next start.
 */
export type Derived = (
  what: string,
  key: ReadonlyArray<unknown>,
  compute: Effect.Effect<Float64Array, DataError>
) => Effect.Effect<Float64Array, DataError, FileSystem.FileSystem>

/** Computes each time. */
export const eachTime: Derived = (_what, _key, compute) => compute

const hashBytes = 32
/** So many bytes are read, written and hashed at a time. */
const partBytes = 1 << 26

/**
 * Keeps numbers in files whose paths begin with `prefix`. Each is the SHA-256 of what the numbers follow from
 * and of themselves, then the numbers: a file that is damaged, or of other data, is computed again.
 */
export const inFiles =
  (prefix: string, content: string): Derived =>
  (what, key, compute) => {
    const path = `${prefix}.${what}`
    const digestOf = (numbers: Float64Array): Buffer => {
      const hash = createHash("sha256").update(JSON.stringify([content, what]))
      for (const part of key) {
        hash.update(part instanceof Subset ? digestOfParts(part.parts()) : JSON.stringify(part))
      }
      return hash.update(digest(bytesOf(numbers))).digest()
    }
    const known = Effect.gen(function* () {
      const file = yield* RandomAccessFile.open(path)
      const head = new Uint8Array(hashBytes)
      yield* file.read(0, head)
      const numbers = new Float64Array(Math.max(0, Math.floor((file.size - hashBytes) / 8)))
      const bytes = bytesOf(numbers)
      for (let at = 0; at < bytes.length; at += partBytes) {
        yield* file.read(hashBytes + at, bytes.subarray(at, at + partBytes))
      }
      return digestOf(numbers).equals(head) ? Option.some(numbers) : Option.none()
    }).pipe(
      Effect.scoped,
      Effect.orElseSucceed(() => Option.none<Float64Array>())
    )
    const keep = (numbers: Float64Array) => {
      const bytes = bytesOf(numbers)
      return AtomicFile.writeAtomically(path, (file) =>
        Effect.gen(function* () {
          yield* file.write(digestOf(numbers))
          for (let at = 0; at < bytes.length; at += partBytes) {
            yield* file.write(bytes.subarray(at, at + partBytes))
          }
        })
      )
    }
    return Effect.flatMap(known, (found) =>
      Option.isSome(found)
        ? Effect.succeed(found.value)
        : // Without room for it, the next start computes it again.
          Effect.tap(compute, (numbers) => Effect.ignore(keep(numbers)))
    )
  }

const bytesOf = ({ buffer, byteLength, byteOffset }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const digest = (bytes: Uint8Array): Buffer => {
  const hash = createHash("sha256")
  for (let at = 0; at < bytes.length; at += partBytes)
    hash.update(bytes.subarray(at, at + partBytes))
  return hash.digest()
}

const digestOfParts = (parts: Iterable<Int32Array>): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}
