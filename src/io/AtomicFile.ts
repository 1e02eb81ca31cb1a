import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import * as Errno from "./Errno.js"
import * as Folder from "./Folder.js"
import { fill, scoped } from "./OpenFile.js"
import * as PageWriter from "./PageWriter.js"
import * as TemporaryName from "./TemporaryName.js"

/** A file being written that nobody can see yet. */
export interface AtomicFile {
  /** Writes all of `bytes` from `offset` on. What lies between is zeros. */
  readonly writeAt: (offset: number, bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  /** Writes all of `bytes` after what was written last. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  /**
   * As `writeAt`, but past the system's cache where that can be done: `bytes` lie in memory that
   * begins at a page, as far behind a page's beginning as `offset` lies behind one in the file.
   */
  readonly writePages: (offset: number, bytes: Uint8Array) => Effect.Effect<void, PlatformError>
}

// The most that is allowed on a file that we make, whatever the umask.
const mode = 0o644

class Unsynced {
  constructor(readonly cause: PlatformError) {}
}

// So much is left to the operating system before it is sent to the disk, while more is written.
const ahead = 1 << 23

const open = Effect.fnUntraced(function* (fs: FileSystem.FileSystem, temporary: string) {
  const scope = yield* Effect.scope
  const file = yield* fs.open(temporary, { flag: "wx", mode })
  const synced = Effect.mapError(file.sync, (error) => new Unsynced(error))
  let waiting = 0
  let sending: Fiber.RuntimeFiber<void, Unsynced> | undefined
  const sent = () => (sending === undefined ? Effect.void : Fiber.join(sending))
  const send = Effect.suspend(() => {
    if (waiting < ahead || sending?.unsafePoll() === null) return Effect.void
    waiting = 0
    return Effect.zipRight(sent(), synced).pipe(
      Effect.uninterruptible,
      Effect.forkIn(scope),
      Effect.map((fiber) => void (sending = fiber))
    )
  })
  // An interrupted write goes on in the operating system, by then into whatever file the
  // descriptor stands for: so each is waited for.
  const write = (bytes: Uint8Array) =>
    Effect.suspend(() => {
      waiting += bytes.length
      return Effect.zipRight(file.writeAll(bytes), send)
    }).pipe(Effect.uninterruptible)
  const writeAt: AtomicFile["writeAt"] = (offset, bytes) =>
    Effect.zipRight(file.seek(offset, "start"), write(bytes))
  const writePages = yield* PageWriter.make(temporary, writeAt)
  const atomic: AtomicFile = { write, writeAt, writePages }
  return { atomic, sync: Effect.suspend(() => Effect.zipRight(sent(), synced)) }
})

/**
 * Writes the file at `target`, whose folder must exist, so that a crash at any moment leaves what
 * was there before or the whole new file: a temporary sibling, fsync, rename. What the folder says
 * is durable only after `Folder.sync`.
 *
 * `body` can be interrupted; what follows it cannot. On failure or interruption the temporary file
 * is removed and `target` is as it was. A failed fsync loses pages that a second fsync would not
 * report, so it is never repeated: the file is thrown away and written anew, once, which runs
 * `body` again. `ready` comes right before the rename: if it fails, `target` is as it was.
 */
export const place = <A, E, R>(
  target: string,
  body: (file: AtomicFile) => Effect.Effect<A, E, R>,
  ready: Effect.Effect<void, E> = Effect.void
): Effect.Effect<A, E | PlatformError, Exclude<R, Scope.Scope> | FileSystem.FileSystem> => {
  const attempt = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const temporary = TemporaryName.make(target)
    return yield* Effect.uninterruptibleMask((restore) =>
      open(fs, temporary).pipe(
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

/** Writes the file at `target` as `place` does, and makes the folder durable too. */
export const write = <A, E, R>(
  target: string,
  body: (file: AtomicFile) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | PlatformError, Exclude<R, Scope.Scope> | FileSystem.FileSystem> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.zipLeft(
      place(target, (file) => restore(body(file))),
      Folder.sync(path.dirname(target))
    )
  )

// File systems without hard links, or with too many of them.
const unlinkable = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"])

// How much of a file is copied at a time.
const piece = 1 << 20

/**
 * Makes `target` another name of the file `existing`, in place of what it was, or a durable copy
 * where the file system has no hard links. At every moment `target` is what it was or what it will
 * be; the change is durable only after `Folder.sync`.
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
        // Exclusively, so that nothing that lies there by then is followed or written over.
        fs.open(temporary, { flag: "wx", mode })
      ])
      const memory = new Uint8Array(piece)
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
      // Always: renaming one name of a file to another of its names does nothing, and leaves both.
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true })))
    )
  }).pipe(Effect.uninterruptible)

/** Writes `contents` to `target` as `write` does. */
export const writeFile = (
  target: string,
  contents: Uint8Array | string
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  write(target, (file) =>
    file.write(typeof contents === "string" ? new TextEncoder().encode(contents) : contents)
  )

/** Removes the temporary files, and folders, that dead processes left in `folder`, and says which. */
export const sweep = Effect.fn("AtomicFile.sweep")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const left = (yield* fs.readDirectory(folder)).filter((name) => {
    const temporary = TemporaryName.parse(name)
    return temporary !== undefined && !TemporaryName.inUse(temporary)
  })
  const paths = left.map((name) => path.join(folder, name))
  yield* Effect.forEach(
    paths,
    (leftover) => fs.remove(leftover, { force: true, recursive: true }),
    {
      discard: true
    }
  )
  return paths
})
