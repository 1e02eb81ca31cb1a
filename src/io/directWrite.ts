import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { constants } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import * as Errno from "./Errno.js"
import { isNodeFileSystem } from "./isNodeFileSystem.js"

/** Writes all of `bytes` from `offset` on. */
export type WriteAt = (offset: number, bytes: Uint8Array) => Effect.Effect<void, PlatformError>

/** A file opened a second time, for writes past the page cache. */
export interface DirectFile {
  /** Offsets, lengths and memory addresses must be multiples of this. */
  readonly unit: number
  readonly writeAt: WriteAt
}

/** What a system offers for direct writes. */
export interface DirectAccess {
  /** Shorter files go through the cache. */
  readonly least: number
  /** Opens an existing file; none where direct writes are unavailable. */
  readonly open: (
    path: string
  ) => Effect.Effect<Option.Option<DirectFile>, never, FileSystem.FileSystem | Scope.Scope>
}

// No disk has larger sectors, and no processor smaller pages.
const unit = 4096

/** How many bytes `acquireMemory` gives. */
export const memoryLength = 1 << 22

// A resizable buffer begins at a page. Where it does not, the system refuses the direct write.
const allocate = () =>
  new Uint8Array(new ArrayBuffer(memoryLength, { maxByteLength: memoryLength }))

// The next save reuses the memory of this one: the system has to zero fresh memory first.
const idle: Array<Uint8Array> = []
const aligned = new WeakSet<ArrayBufferLike>()

/** Memory that begins at a page, with any content, until the scope closes. */
export const acquireMemory: Effect.Effect<Uint8Array, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const memory = idle.pop() ?? allocate()
    aligned.add(memory.buffer)
    return memory
  }),
  (memory) => Effect.sync(() => idle.push(memory))
)

const writeAll = async (handle: FileHandle, offset: number, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length;) {
    at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten
  }
}

const openDirect = (path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => open(path, constants.O_WRONLY | constants.O_DIRECT | constants.O_NOFOLLOW),
      catch: Errno.toError("open", path)
    }),
    // As in the file system service, a failure to close is a defect.
    (handle) =>
      Effect.orDie(
        Effect.tryPromise({ try: () => handle.close(), catch: Errno.toError("close", path) })
      )
  ).pipe(
    Effect.map((handle): DirectFile => ({
      unit,
      writeAt: (offset, bytes) =>
        Effect.uninterruptible(
          Effect.tryPromise({
            try: () => writeAll(handle, offset, bytes),
            catch: Errno.toError("writeAll", path)
          })
        )
    }))
  )

/** Direct writes of this system: `O_DIRECT`, which only Linux has. */
export class Direct extends Context.Reference<Direct>()("holdfast/Direct", {
  defaultValue: (): DirectAccess => ({
    // A smaller file is faster through the cache: `npm run bench:direct`.
    least: 1 << 23,
    open: (path) =>
      Effect.if(constants.O_DIRECT === undefined ? Effect.succeed(false) : isNodeFileSystem, {
        onTrue: () => Effect.option(openDirect(path)),
        onFalse: () => Effect.succeedNone
      })
  })
}) {}

// The file system, or the disk under it, does not support direct writes.
const refusals = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"])

/**
 * `writeAt`, but past the page cache where the file at `path`, which exists, will have a `length` that is
 * worth it, and `bytes` is part of `acquireMemory`, as far behind a page there as in the file. Only full
 * pages are written directly: the rest, and what the system refuses, goes through the cache.
 */
export const directWriter = Effect.fnUntraced(function* (
  path: string,
  length: number,
  writeAt: WriteAt
) {
  const { least, open } = yield* Direct
  if (length < least) return writeAt
  const context = yield* Effect.context<FileSystem.FileSystem | Scope.Scope>()
  const opened = yield* Effect.cached(Effect.provide(open(path), context))
  let isRefused = false

  const isDirect = (offset: number, bytes: Uint8Array): boolean =>
    !isRefused && aligned.has(bytes.buffer) && (bytes.byteOffset - offset) % unit === 0

  const writePages = (file: DirectFile, offset: number, bytes: Uint8Array) =>
    Effect.catchIf(
      file.writeAt(offset, bytes),
      (error) => refusals.has(Errno.code(error)),
      () => {
        isRefused = true
        return writeAt(offset, bytes)
      }
    )

  const write: WriteAt = (offset, bytes) =>
    Effect.gen(function* () {
      const file = isDirect(offset, bytes) ? yield* opened : Option.none()
      if (Option.isNone(file)) return yield* writeAt(offset, bytes)
      const { unit } = file.value
      const begin = (unit - (offset % unit)) % unit
      const end = bytes.length - ((offset + bytes.length) % unit)
      if (end <= begin) return yield* writeAt(offset, bytes)
      if (begin > 0) yield* writeAt(offset, bytes.subarray(0, begin))
      yield* writePages(file.value, offset + begin, bytes.subarray(begin, end))
      if (end < bytes.length) yield* writeAt(offset + end, bytes.subarray(end))
    })
  return write
})
