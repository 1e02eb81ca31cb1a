import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { rmdir } from "node:fs/promises"
import * as path from "node:path"
import * as AtomicFile from "./AtomicFile.js"
import * as Errno from "./Errno.js"
import * as Folder from "./Folder.js"
import * as ProcessIdentity from "./ProcessIdentity.js"
import * as TemporaryName from "./TemporaryName.js"

/** A folder that this process, and no other, may write to. */
export interface FolderLock {
  /** Fails if the lock was taken from this process by force. */
  readonly check: Effect.Effect<void, LockedError | PlatformError>
}

/** Who holds a lock, and since when. */
const Holder = Schema.Struct({ ...ProcessIdentity.ProcessIdentity.fields, since: Schema.String })
type Holder = typeof Holder.Type

/** The folder is locked: by a process that runs, or by one that cannot be judged from here. */
export class LockedError extends Schema.TaggedError<LockedError>()("LockedError", {
  folder: Schema.String,
  holder: Schema.NullOr(Holder),
  running: Schema.Boolean
}) {
  override get message(): string {
    const holder =
      this.holder === null
        ? "an unknown process"
        : `process ${this.holder.pid} on ${this.holder.host}, since ${this.holder.since}`
    return this.running
      ? `in use by ${holder}`
      : `in use by ${holder}, and whether that still runs cannot be told from here`
  }
}

// The lock of a folder is a folder in it that holds one file, named for its owner's token.
const name = ".lock"
const prefix = "owner-"

const codec = Schema.parseJson(Holder)

/** The file of the lock's owner; none if the lock is free. */
const ownerOf = (lock: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readDirectory(lock)),
    Effect.map((names) => Option.fromNullable(names.find((one) => one.startsWith(prefix)))),
    Effect.catchIf(isMissing, () => Effect.succeedNone)
  )

const isMissing = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

const readHolder = (file: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(file)),
    Effect.flatMap((text) => Effect.option(Schema.decode(codec)(text)))
  )

const isOccupied = (error: PlatformError): boolean =>
  ["ENOTEMPTY", "EEXIST"].includes(Errno.code(error))

class Again {
  readonly _tag = "Again"
}

/**
 * One attempt. Renaming a folder to where an empty one is, or none, is atomic and fails if there is
 * one with a file in it: of all that try, one succeeds. A dead owner's file is removed by its very
 * name, so nobody can remove another's by mistake, and whoever dies in between leaves a free lock.
 */
const attempt = Effect.fnUntraced(function* (
  folder: string,
  owner: string,
  force: boolean
): Effect.fn.Return<void, LockedError | PlatformError | Again, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const lock = path.join(folder, name)
  const found = yield* ownerOf(lock)
  if (Option.isSome(found)) {
    const file = path.join(lock, found.value)
    const holder = yield* readHolder(file).pipe(
      Effect.catchIf(isMissing, () => Effect.fail(new Again()))
    )
    const state = Option.isSome(holder) ? yield* ProcessIdentity.judge(holder.value) : "unknown"
    if (state === "running" || (state === "unknown" && !force)) {
      return yield* new LockedError({
        folder,
        holder: Option.getOrNull(holder),
        running: state === "running"
      })
    }
    yield* fs.remove(file, { force: true })
  }
  const prepared = TemporaryName.make(lock)
  yield* Effect.gen(function* () {
    yield* fs.makeDirectory(prepared)
    const since = new Date(yield* Clock.currentTimeMillis).toISOString()
    const holder = { ...(yield* ProcessIdentity.current), since }
    yield* AtomicFile.writeFile(path.join(prepared, owner), JSON.stringify(holder))
    yield* fs.rename(prepared, lock)
  }).pipe(
    Effect.tapError(() => Effect.ignore(fs.remove(prepared, { force: true, recursive: true }))),
    // Missing: its last owner removed the folder meanwhile.
    Effect.catchIf(
      (error) => isOccupied(error) || isMissing(error),
      () => Effect.fail(new Again())
    )
  )
})

const release = (folder: string, owner: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lock = path.join(folder, name)
    yield* Effect.catchAll(fs.remove(path.join(lock, owner), { force: true }), (error) =>
      Effect.logWarning(`${folder} stays locked until this process has ended: ${error.message}`)
    )
    // Fails, as it should, if another process has it by now, or if there is something in it.
    yield* Effect.ignore(Effect.tryPromise(() => rmdir(lock)))
    yield* Effect.ignore(Effect.tryPromise(() => rmdir(folder)))
  })

/**
 * Takes the lock of `folder`, which is made if need be and removed again with the scope if nothing
 * came into it. A lock of a process that is dead is taken over; `force` does so, too, with one that
 * cannot be judged: of another machine or container, or unreadable.
 */
export const acquire = (
  folder: string,
  options: { readonly force: boolean }
): Effect.Effect<FolderLock, LockedError | PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const owner = `${prefix}${randomUUID()}.json`
    yield* Effect.acquireRelease(
      Effect.zipRight(Folder.make(folder), attempt(folder, owner, options.force)).pipe(
        Effect.retry({
          while: (error) => error._tag === "Again",
          schedule: Schedule.intersect(Schedule.jittered(Schedule.spaced(5)), Schedule.recurs(100))
        }),
        Effect.catchTag("Again", () =>
          Effect.fail(new LockedError({ folder, holder: null, running: true }))
        )
      ),
      () => release(folder, owner)
    )
    const lock = path.join(folder, name)
    const check = Effect.gen(function* () {
      const found = yield* ownerOf(lock)
      if (Option.contains(found, owner)) return
      const holder = Option.isSome(found)
        ? Option.flatten(yield* Effect.option(readHolder(path.join(lock, found.value))))
        : Option.none<Holder>()
      return yield* new LockedError({
        folder,
        holder: Option.getOrNull(holder),
        running: true
      })
    })
    return { check: Effect.provideService(check, FileSystem.FileSystem, fs) }
  })
