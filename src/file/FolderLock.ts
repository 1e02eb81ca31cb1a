import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
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
import * as FileStat from "./FileStat.js"
import * as Folder from "./Folder.js"
import * as Heartbeat from "./folderLock/Heartbeat.js"
import * as Holder from "./folderLock/Holder.js"
import { Lease, type LeaseTerms } from "./folderLock/Lease.js"
import * as OwnerName from "./folderLock/OwnerName.js"
import * as Standing from "./folderLock/Standing.js"
import * as ProcessIdentity from "./ProcessIdentity.js"
import * as TemporaryName from "./TemporaryName.js"

/** A folder that this process, and no other, may write to. */
export interface FolderLock {
  /**
   * Renews the lock, so that no other process takes it for its time-out from now on. Fails if
   * another has taken it. Where the folder was removed or renamed, makes it and its lock again.
   */
  readonly check: Effect.Effect<void, LockError>
  /** Waits until the lock is lost. */
  readonly lost: Effect.Effect<LockedError>
  /** How often the folder had to be made again. */
  readonly remade: Effect.Effect<number>
}

/** Why a lock is refused, or lost. */
export const LockedReason = Schema.Literal("InUse", "Unknown", "Lost")
export type LockedReason = typeof LockedReason.Type

/**
 * The folder is locked by a process that runs ("InUse") or cannot be checked ("Unknown"), or the
 * lock that this process had is another's by now ("Lost").
 */
export class LockedError extends Schema.TaggedError<LockedError>()("LockedError", {
  folder: Schema.String,
  holder: Schema.NullOr(Holder.Holder),
  reason: LockedReason
}) {
  override get message(): string {
    const holder = describe(this.holder)
    switch (this.reason) {
      case "InUse":
        return `in use by ${holder}`
      case "Unknown":
        return `in use by ${holder}, and whether that still runs cannot be checked from this host`
      case "Lost":
        return this.holder === null
          ? "another process has removed the lock"
          : `taken over by ${holder}`
    }
  }
}

/** What can go wrong with a lock. */
export type LockError = LockedError | Folder.DanglingLink | PlatformError

const describe = (holder: Holder.Holder | null): string =>
  holder === null
    ? "an unknown process"
    : `process ${holder.pid} on ${holder.host}, since ${holder.since}`

const lockOf = (folder: string): string => path.join(folder, ".lock")

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
const placeOf = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const real = yield* Effect.orElseSucceed(fs.realPath(folder), () => path.resolve(folder))
  const { inode } = yield* FileStat.stat(folder)
  return { path: real, inode } satisfies Standing.Place
})

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
  place: Standing.Place,
  expired: string | null
) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Holder.ownerOf(lockOf(folder))
  if (Option.isNone(found)) return
  const file = path.join(lockOf(folder), found.value.name)
  if (found.value.name !== expired) {
    const holder = yield* Effect.map(Holder.read(file), Option.getOrNull)
    const standing = yield* Standing.of(holder, place)
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
): Effect.Effect<Standing.Place, LockError | Again | Wait, FileSystem.FileSystem> =>
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
    `waiting up to ${timeout / 1000} s for the lock of ${folder}: it is taken over from ` +
      `${describe(holder)}, unless that renews it`
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

type Restore = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Takes the lock of a folder; waits, if need be, only where it is given how to be interrupted. */
const take = (
  request: Request,
  restore: Restore | null,
  expired: string | null = null
): Effect.Effect<Standing.Place, LockError, FileSystem.FileSystem> =>
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
const release = (folder: string, token: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lock = lockOf(folder)
    const free = Effect.flatMap(Holder.ownerOf(lock), (found) =>
      Option.exists(found, (owner) => owner.token === token)
        ? fs.remove(path.join(lock, Option.getOrThrow(found).name), { force: true })
        : Effect.void
    )
    yield* Effect.catchAll(free, (error) =>
      Effect.logWarning(`${folder} stays locked until this process has ended: ${error.message}`)
    )
    // Fails, as it should, if another process has it by now.
    yield* Effect.ignore(Effect.tryPromise(() => rmdir(lock)))
  })

/** A lock that is held. */
interface Held {
  readonly token: string
  readonly place: Standing.Place
  readonly heartbeat: Heartbeat.Heartbeat
}

const isGone = (error: PlatformError): boolean =>
  Holder.isMissing(error) || Errno.code(error) === "ESTALE"

/**
 * Who has taken the lock of a folder that is still there; none if the folder is not the one that was
 * locked any more, or has nothing in it: it was removed, renamed or emptied.
 */
const taker = (folder: string, { place }: Held) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const now = yield* placeOf(folder)
    if (now.inode !== place.inode) return Option.none()
    const found = yield* Holder.ownerOf(lockOf(folder))
    if (Option.isSome(found)) {
      const holder = yield* Holder.read(path.join(lockOf(folder), found.value.name))
      return Option.some(Option.getOrNull(holder))
    }
    const names = yield* fs.readDirectory(folder)
    return names.every((name) => name.startsWith(".")) ? Option.none() : Option.some(null)
  }).pipe(Effect.catchIf(isGone, () => Effect.succeedNone))

/**
 * Takes the lock of `folder`, which is made if need be and removed again with the scope if it was
 * made and nothing came into it. A lock of a process that is dead is taken over at once, and one of
 * another machine or container when it has not been renewed for its time-out; `force` does not wait
 * for that, and takes over what nobody renews or understands, too.
 */
export const acquire = (
  folder: string,
  options: { readonly force: boolean }
): Effect.Effect<FolderLock, LockError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const scope = yield* Effect.scope
      const lease = yield* Lease
      const lost = yield* Deferred.make<LockedError>()
      const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
      let held: Held | undefined
      let isMade = false
      let remade = 0
      const make = Effect.map(Folder.make(folder), (made) => void (isMade ||= made))

      const hold = (force: boolean, wait: Restore | null) =>
        Effect.gen(function* () {
          const token = randomUUID()
          const place = yield* take({ folder, make, token, force, lease }, wait)
          const beat = { lock: lockOf(folder), token, every: lease.every }
          const now = { token, place, heartbeat: yield* Heartbeat.start(beat) }
          held = now
          // What the heartbeat finds is dealt with at once, and not by the next save.
          const watch = Effect.zipRight(now.heartbeat.missed, Effect.ignore(regain(now)))
          yield* Effect.forkIn(Effect.interruptible(watch), scope)
        })

      /** Makes the folder and its lock again, if they went; else the lock is lost. */
      const regain = (before: Held): Effect.Effect<void, LockError, FileSystem.FileSystem> =>
        Effect.gen(function* () {
          if (held !== before) return
          const refuse = (holder: Holder.Holder | null) =>
            new LockedError({ folder, holder, reason: "Lost" })
          const other = yield* taker(folder, before)
          if (Option.isSome(other)) return yield* refuse(other.value)
          yield* Effect.catchTag(hold(false, null), "LockedError", ({ holder }) => refuse(holder))
          remade++
          yield* before.heartbeat.stop
          yield* Effect.logWarning(
            `${folder} was removed, renamed or emptied while the run used it: ` +
              `it is made again, and the run is saved there`
          )
        }).pipe(
          Effect.tapErrorTag("LockedError", (error) => Deferred.succeed(lost, error)),
          Effect.uninterruptible,
          oneAtATime
        )

      const check = Effect.suspend(() => {
        const now = held!
        return Effect.catchIf(now.heartbeat.renew, isGone, () => regain(now))
      })

      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          if (held !== undefined) {
            yield* held.heartbeat.stop
            yield* release(folder, held.token)
          }
          if (isMade) yield* Effect.ignore(Effect.tryPromise(() => rmdir(folder)))
        })
      )
      yield* hold(options.force, restore)
      return {
        check: Effect.provideService(Effect.uninterruptible(check), FileSystem.FileSystem, fs),
        lost: Deferred.await(lost),
        remade: Effect.sync(() => remade)
      }
    })
  )
