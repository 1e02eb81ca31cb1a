import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { rmdir } from "node:fs/promises"
import * as path from "node:path"
import { t } from "../../language/Text.js"
import * as AtomicFile from "../AtomicFile.js"
import * as Errno from "../Errno.js"
import * as FileStat from "../FileStat.js"
import * as Folder from "../Folder.js"
import * as ProcessIdentity from "../ProcessIdentity.js"
import * as TemporaryName from "../TemporaryName.js"
import * as Holder from "./Holder.js"
import {
  describe,
  LockedError,
  statusOf,
  type HolderStatus,
  type LeaseTerms,
  type LockedFolder,
  type LockedReason,
  type LockError
} from "./Holder.js"
import * as OwnerName from "./OwnerName.js"

/** The path of the lock of a folder. */
export const lockOf = (folder: string): string => path.join(folder, ".lock")

const isOccupied = (error: PlatformError): boolean =>
  ["ENOTEMPTY", "EEXIST"].includes(Errno.code(error))

class Again {
  readonly _tag = "Again"
}

/** Only a renewal shows whether the owner is alive. */
class Wait {
  readonly _tag = "Wait"
  constructor(
    readonly holder: Holder.Holder,
    readonly owner: OwnerName.OwnerName,
    readonly timeout: number
  ) {}
}

/** The folder as its lock describes it. */
export const lockedFolder = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const real = yield* Effect.orElseSucceed(fs.realPath(folder), () => path.resolve(folder))
  const { inode } = yield* FileStat.stat(folder)
  return { path: real, inode } satisfies LockedFolder
})

/** A lock to acquire. */
interface Request {
  readonly folder: string
  /** Creates the folder if it is missing. */
  readonly make: Effect.Effect<void, LockError, FileSystem.FileSystem>
  readonly token: string
  readonly force: boolean
  readonly lease: LeaseTerms
}

/** Fails unless the lock is free, or its owner still has the name `expired`. */
const examine = Effect.fnUntraced(function* (
  { folder, force }: Request,
  here: LockedFolder,
  expired: string | null
) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Holder.ownerOf(lockOf(folder))
  if (Option.isNone(found)) return
  const file = path.join(lockOf(folder), found.value.name)
  if (found.value.name !== expired) {
    const holder = yield* Effect.map(Holder.read(file), Option.getOrNull)
    const status: HolderStatus = yield* statusOf(holder, here)
    const refuse = (reason: LockedReason) => new LockedError({ folder, holder, reason })
    if (status === "in use") return yield* refuse("InUse")
    if (status === "moved" || (status === "unknown" && !force)) {
      return yield* holder?.lease === undefined
        ? refuse("Unknown")
        : Effect.fail(new Wait(holder, found.value, holder.lease.timeout))
    }
  }
  // By name: if the owner has renewed the lock since, nothing is removed.
  yield* fs.remove(file)
})

/**
 * One attempt. Renaming a folder over an empty or missing one is atomic, and fails if the target has a
 * file in it: of several processes one succeeds. A dead owner's file is removed by its name, so that
 * no process removes another's by mistake, and a process that dies in between leaves a free lock.
 */
const attempt = (
  request: Request,
  expired: string | null
): Effect.Effect<LockedFolder, LockError | Again | Wait, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { folder, lease, token } = request
    const here = yield* lockedFolder(folder)
    yield* examine(request, here, expired)
    const lock = lockOf(folder)
    const prepared = TemporaryName.make(lock)
    yield* Effect.gen(function* () {
      yield* fs.makeDirectory(prepared, { mode: Folder.mode })
      const since = new Date(yield* Clock.currentTimeMillis).toISOString()
      const holder = { ...(yield* ProcessIdentity.current), since, folder: here, lease }
      const file = path.join(prepared, OwnerName.make(token, 0))
      yield* AtomicFile.writeFile(file, JSON.stringify(holder))
      yield* fs.rename(prepared, lock)
    }).pipe(
      Effect.tapError(() => Effect.ignore(fs.remove(prepared, { force: true, recursive: true })))
    )
    return here
  }).pipe(
    // Missing: the owner has renewed its lock since, or released it and removed the folder.
    Effect.catchAll((error) =>
      Effect.fail(
        (error._tag === "SystemError" || error._tag === "BadArgument") &&
          (isOccupied(error) || Holder.isMissing(error))
          ? new Again()
          : error
      )
    )
  )

// Looks at another process's lock while its time-out passes.
const looks = 30

/**
 * Waits until the owner has not renewed its lock for its time-out, by the clock of this process alone;
 * succeeds with the name of its file, or null if the lock has another owner by now, or none.
 */
const outlast = Effect.fnUntraced(function* (folder: string, { holder, owner, timeout }: Wait) {
  yield* Effect.logInfo(
    t`waiting up to ${timeout / 1000} s for the lock of ${folder}, held by ${describe(holder)}: it is taken over unless it is renewed by then`
  )
  const begun = yield* Clock.currentTimeNanos
  for (;;) {
    yield* Effect.sleep(timeout / looks)
    const found = Option.getOrNull(yield* Holder.ownerOf(lockOf(folder)))
    if (found?.token !== owner.token) return null
    if (found.name !== owner.name) {
      return yield* new LockedError({ folder, holder, reason: "InUse" })
    }
    const waited = (yield* Clock.currentTimeNanos) - begun
    if (waited >= BigInt(Math.ceil(timeout * 1e6))) return owner.name
  }
})

/** Makes an effect interruptible in an uninterruptible region. */
export type Restore = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Takes the lock of a folder. Waits for another lock to expire only with a `restore`. */
export const take = (
  request: Request,
  restore: Restore | null,
  expired: string | null = null
): Effect.Effect<LockedFolder, LockError, FileSystem.FileSystem> =>
  Effect.zipRight(request.make, attempt(request, expired)).pipe(
    Effect.retry({
      while: (error) => error._tag === "Again",
      schedule: Schedule.intersect(Schedule.jittered(Schedule.spaced(5)), Schedule.recurs(100))
    }),
    Effect.catchAll((error) => {
      const { folder } = request
      switch (error._tag) {
        case "Again":
          return new LockedError({ folder, holder: null, reason: "InUse" })
        case "Wait":
          return restore === null
            ? new LockedError({ folder, holder: error.holder, reason: "InUse" })
            : Effect.flatMap(restore(outlast(folder, error)), (name) =>
                take(request, restore, name)
              )
        default:
          return Effect.fail(error)
      }
    })
  )

/** Releases the lock if `token` still owns it. */
export const release = (folder: string, token: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lock = lockOf(folder)
    const free = Effect.flatMap(Holder.ownerOf(lock), (found) =>
      Option.exists(found, (owner) => owner.token === token)
        ? fs.remove(path.join(lock, Option.getOrThrow(found).name), { force: true })
        : Effect.void
    )
    yield* Effect.catchAll(free, (error) =>
      Effect.logWarning(t`${folder} stays locked until this process has ended: ${error.message}`)
    )
    // Fails, as it should, if another process holds it by now.
    yield* Effect.ignore(Effect.tryPromise(() => rmdir(lock)))
  })
