import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import { directWriter } from "./directWrite.js"
import * as Errno from "./Errno.js"
import * as Folder from "./Folder.js"
import { fill, scoped } from "./OpenFile.js"
import * as TemporaryName from "./TemporaryName.js"

/** How a file is written. */
export interface WriteOptions<out E = never> {
  /** Runs right before the rename: if it fails, the target is unchanged. */
  readonly ready?: Effect.Effect<void, E>
  /** How long the file will be, by which `directWriter` goes; by default short. */
  readonly length?: number
}

/** A file being written that nobody can see yet. */
export interface AtomicFile {
  /**
   * Writes all of `bytes` from `offset` on, past the page cache where that is possible; see
   * `directWriter`. Gaps are zeros.
   */
  readonly writeAt: (offset: number, bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  /** Writes all of `bytes` after the last write. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, PlatformError>
}

// At most these permissions, whatever the umask.
const mode = 0o644

class Unsynced {
  constructor(readonly cause: PlatformError) {}
}

// After so many bytes an fsync starts in the background, while more is written.
const writtenAhead = 1 << 23

const open = Effect.fnUntraced(function* (
  fs: FileSystem.FileSystem,
  temporary: string,
  length: number
) {
  const scope = yield* Effect.scope
  const file = yield* fs.open(temporary, { flag: "wx", mode })
  const synced = Effect.mapError(file.sync, (error) => new Unsynced(error))
  let waiting = 0
  let syncing: Fiber.RuntimeFiber<void, Unsynced> | undefined
  const lastSync = () => (syncing === undefined ? Effect.void : Fiber.join(syncing))
  const syncAhead = Effect.suspend(() => {
    if (waiting < writtenAhead || syncing?.unsafePoll() === null) return Effect.void
    waiting = 0
    return Effect.zipRight(lastSync(), synced).pipe(
      Effect.uninterruptible,
      Effect.forkIn(scope),
      Effect.map((fiber) => void (syncing = fiber))
    )
  })
  // The operating system completes an interrupted write later, into whatever file the descriptor
  // then stands for. So each write is awaited.
  const write = (bytes: Uint8Array) =>
    Effect.suspend(() => {
      // FileSystem takes a write of nothing for one that has failed.
      if (bytes.length === 0) return Effect.void
      waiting += bytes.length
      return Effect.zipRight(file.writeAll(bytes), syncAhead)
    }).pipe(Effect.uninterruptible)
  const writeAt = yield* directWriter(temporary, length, (offset, bytes) =>
    Effect.zipRight(file.seek(offset, "start"), write(bytes))
  )
  const atomic: AtomicFile = { write, writeAt }
  return { atomic, sync: Effect.suspend(() => Effect.zipRight(lastSync(), synced)) }
})

/**
 * Writes the file at `target`, whose folder must exist. A crash at any moment leaves the old file or
 * all of the new one: a temporary sibling, fsync, rename. The name is durable only after `Folder.sync`.
 *
 * `body` can be interrupted; what follows it cannot. On failure or interruption the temporary file is
 * removed and `target` is unchanged. A failed fsync loses pages that a second fsync would not report,
 * so it is never repeated: the file is discarded and written again, which runs `body` again.
 */
export const writeAtomically = <A, E, R>(
  target: string,
  body: (file: AtomicFile) => Effect.Effect<A, E, R>,
  { length = 0, ready = Effect.void }: WriteOptions<E> = {}
): Effect.Effect<A, E | PlatformError, Exclude<R, Scope.Scope> | FileSystem.FileSystem> => {
  const attempt = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const temporary = TemporaryName.make(target)
    return yield* Effect.uninterruptibleMask((restore) =>
      open(fs, temporary, length).pipe(
        Effect.flatMap(({ atomic, sync }) => Effect.zipLeft(restore(body(atomic)), sync)),
        scoped,
        Effect.zipLeft(ready),
        Effect.zipLeft(fs.rename(temporary, target)),
        Effect.onError(() => Effect.ignore(fs.remove(temporary, { force: true })))
      )
    )
  })
  return attempt.pipe(
    Effect.retry({ times: 1, while: (error) => error instanceof Unsynced }),
    Effect.mapError((error) => (error instanceof Unsynced ? error.cause : error))
  )
}

/** Writes the file at `target` as `writeAtomically` does, and makes its name durable too. */
export const writeDurably = <A, E, R>(
  target: string,
  body: (file: AtomicFile) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | PlatformError, Exclude<R, Scope.Scope> | FileSystem.FileSystem> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.zipLeft(
      writeAtomically(target, (file) => restore(body(file))),
      Folder.sync(path.dirname(target))
    )
  )

/** Writes `contents` to `target` as `writeDurably` does. */
export const writeFile = (
  target: string,
  contents: Uint8Array | string
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  writeDurably(target, (file) =>
    file.write(typeof contents === "string" ? new TextEncoder().encode(contents) : contents)
  )

// The file system has no hard links, or the file has too many.
const unlinkable = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"])

// Bytes copied at a time.
const pieceLength = 1 << 20

/**
 * Makes `target` another name of the file `existing`, replacing what it was, or a durable copy where
 * the file system has no hard links. At every moment `target` is the old file or the new one; the name
 * is durable only after `Folder.sync`.
 */
export const alias = (
  existing: string,
  target: string
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const temporary = TemporaryName.make(target)
    const copy = Effect.gen(function* () {
      const [from, to] = yield* Effect.all([
        fs.open(existing),
        // Exclusively: a link that lies there is neither followed nor written over.
        fs.open(temporary, { flag: "wx", mode })
      ])
      const memory = new Uint8Array(pieceLength)
      for (;;) {
        const read = yield* fill(from, memory)
        if (read > 0) yield* to.writeAll(memory.subarray(0, read))
        if (read < memory.length) return yield* to.sync
      }
    }).pipe(scoped)
    yield* fs.link(existing, temporary).pipe(
      Effect.catchIf(
        (error) => unlinkable.has(Errno.code(error)),
        () => copy
      ),
      Effect.zipRight(fs.rename(temporary, target)),
      // Always: renaming one name of a file to another of its names does nothing and leaves both.
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true })))
    )
  }).pipe(Effect.uninterruptible)

/** Removes the temporary files and folders that dead processes left in `folder`; gives their paths. */
export const sweep = Effect.fn("AtomicFile.sweep")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const leftovers = (yield* fs.readDirectory(folder))
    .filter((name) => {
      const temporary = TemporaryName.parse(name)
      return temporary !== undefined && !TemporaryName.inUse(temporary)
    })
    .map((name) => path.join(folder, name))
  yield* Effect.forEach(leftovers, (one) => fs.remove(one, { force: true, recursive: true }), {
    discard: true
  })
  return leftovers
})
