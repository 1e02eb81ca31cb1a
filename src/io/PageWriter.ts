import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Direct, type DirectFile } from "./DirectFile.js"
import * as Errno from "./Errno.js"

/** Writes all of `bytes` from `offset` on. */
export type PageWriter = DirectFile["writeAt"]

// The file system, or the disk under it, is to be written to in some other way.
const refusals = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"])

/**
 * Writes to the file at `path`, which is there, past the system's cache: whole units of `bytes`,
 * which lie in memory as far behind the beginning of one as they will in the file. What is left at
 * both ends, and all that cannot be written so, goes to `writeAt`.
 */
export const make = Effect.fnUntraced(function* (path: string, writeAt: PageWriter) {
  const { least, open } = yield* Direct
  const context = yield* Effect.context<FileSystem | Scope.Scope>()
  const opened = yield* Effect.cached(Effect.provide(open(path), context))
  let isRefused = false

  const directly = (file: DirectFile, offset: number, bytes: Uint8Array) =>
    Effect.catchIf(
      file.writeAt(offset, bytes),
      (error) => refusals.has(Errno.code(error)),
      () => {
        isRefused = true
        return writeAt(offset, bytes)
      }
    )

  const write: PageWriter = (offset, bytes) =>
    Effect.gen(function* () {
      const file = isRefused || bytes.length < least ? Option.none() : yield* opened
      if (Option.isNone(file)) return yield* writeAt(offset, bytes)
      const { unit } = file.value
      const begin = (unit - (offset % unit)) % unit
      const end = bytes.length - ((offset + bytes.length) % unit)
      if (end <= begin) return yield* writeAt(offset, bytes)
      if (begin > 0) yield* writeAt(offset, bytes.subarray(0, begin))
      yield* directly(file.value, offset + begin, bytes.subarray(begin, end))
      if (end < bytes.length) yield* writeAt(offset + end, bytes.subarray(end))
    })
  return write
})
