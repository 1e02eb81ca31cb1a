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
import type { LeaseTerms } from "./Lease.js"
import { describe, LockedError, type LockedReason, type LockError } from "./LockedError.js"
import * as OwnerName from "./OwnerName.js"
import * as HolderStatus from "./HolderStatus.js"

/** Where the lock of a folder lies. */
export const lockOf = (folder: string): string => path.join(folder, ".lock")

const isOccupied = (error: PlatformError): boolean =>
  ["ENOTEMPTY", "EEXIST"].includes(Errno.code(error))

class Again {
  readonly _tag = "Again"
}

/** Only time will tell whether the owner lives. */
class Wait {
  readonly _tag = "Wait"
  constructor(
    readonly holder: Holder.Holder,
    readonly owner: OwnerName.OwnerName,
    readonly timeout: number
  ) {}
}

/** The folder as its lock names it. */
export const placeOf = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const real = yield* Effect.orElseSucceed(fs.realPath(folder), () => path.resolve(folder))
  const { inode } = yield* FileStat.stat(folder)
  return { path: real, inode } satisfies HolderStatus.Place
})

/** A lock that is wanted. */
interface Request {
  readonly folder: string
  /** Makes the folder where it is missing. */
  readonly make: Effect.Effect<void, LockError, FileSystem.FileSystem>
  readonly token: string
  readonly force: boolean
  readonly lease: LeaseTerms
}

/** Fails unless the lock is free, or its owner was not renewed under the name `expired`. */
const examine = Effect.fnUntraced(function* (
  { folder, force }: Request,
  place: HolderStatus.Place,
  expired: string | null
) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Holder.ownerOf(lockOf(folder))
  if (Option.isNone(found)) return
  const file = path.join(lockOf(folder), found.value.name)
  if (found.value.name !== expired) {
    const holder = yield* Effect.map(Holder.read(file), Option.getOrNull)
    const standing = yield* HolderStatus.of(holder, place)
    const refuse = (reason: LockedReason) => new LockedError({ folder, holder, reason })
    if (standing === "in use") return yield* refuse("InUse")
    if (standing === "moved" || (standing === "unknown" && !force)) {
      return yield* holder?.lease === undefined
        ? refuse("Unknown")
        : Effect.fail(new Wait(holder, found.value, holder.lease.timeout))
    }
  }
  // By its very name: where the owner has renewed it meanwhile, nothing is removed.
  yield* fs.remove(file)
})

/**
 * One attempt. Renaming a folder to where an empty one is, or none, is atomic and fails if there is
 * one with a file in it: of all that try, one succeeds. A dead owner's file is removed by its very
 * name, so nobody can remove another's by mistake, and whoever dies in between leaves a free lock.
 */
const attempt = (
  request: Request,
  expired: string | null
): Effect.Effect<HolderStatus.Place, LockError | Again | Wait, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { folder, lease, token } = request
    const place = yield* placeOf(folder)
    yield* examine(request, place, expired)
    const lock = lockOf(folder)
    const prepared = TemporaryName.make(lock)
    yield* Effect.gen(function* () {
      yield* fs.makeDirectory(prepared, { mode: Folder.mode })
      const since = new Date(yield* Clock.currentTimeMillis).toISOString()
      const holder = { ...(yield* ProcessIdentity.current), since, folder: place, lease }
      const file = path.join(prepared, OwnerName.make(token, 0))
      yield* AtomicFile.writeFile(file, JSON.stringify(holder))
      yield* fs.rename(prepared, lock)
    }).pipe(
      Effect.tapError(() => Effect.ignore(fs.remove(prepared, { force: true, recursive: true })))
    )
    return place
  }).pipe(
    // Missing: an owner has renewed its lock meanwhile, or left it and removed the folder.
    Effect.catchAll((error) =>
      Effect.fail(
        (error._tag === "SystemError" || error._tag === "BadArgument") &&
          (isOccupied(error) || Holder.isMissing(error))
          ? new Again()
          : error
      )
    )
  )

// How many looks at a lock its time-out is divided into.
const looks = 30

/**
 * Waits until the owner has not renewed its lock for its time-out, by the clock of this process
 * alone, and gives the name of its file then; null where the lock is another's by now, or free.
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

/** Lets an effect be interrupted where all around it cannot be. */
export type Restore = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Takes the lock of a folder; waits, if need be, only where it is given how to be interrupted. */
export const take = (
  request: Request,
  restore: Restore | null,
  expired: string | null = null
): Effect.Effect<HolderStatus.Place, LockError, FileSystem.FileSystem> =>
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

/** Frees the lock, if it is still that of `token`. */
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
    // Fails, as it should, if another process has it by now.
    yield* Effect.ignore(Effect.tryPromise(() => rmdir(lock)))
  })
