import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { rmdir } from "node:fs/promises"
import * as path from "node:path"
import { t } from "../language/Text.js"
import * as Errno from "./Errno.js"
import * as FileStat from "./FileStat.js"
import * as Folder from "./Folder.js"
import * as Expiry from "./folderLock/Expiry.js"
import * as Heartbeat from "./folderLock/Heartbeat.js"
import * as Holder from "./folderLock/Holder.js"
import { Lease, LockedError, type LockError } from "./folderLock/Holder.js"
import * as Acquire from "./folderLock/Acquire.js"

export type { LockedError, LockError }

/** A folder that only this process may write to. */
export interface FolderLock {
  /**
   * Renews the lock, so that no other process can take it for its time-out from now on. Fails if
   * another has taken it. If the folder was removed or renamed, creates it and its lock again.
   */
  readonly check: Effect.Effect<void, LockError>
  /** Waits until the lock is lost. */
  readonly lost: Effect.Effect<LockedError>
  /** How many times the folder was created again. */
  readonly remade: Effect.Effect<number>
}

/** A lock that this process holds. */
interface HeldLock {
  readonly token: string
  readonly lockedFolder: Holder.LockedFolder
  readonly heartbeat: Heartbeat.Heartbeat
}

const isGone = (error: PlatformError): boolean =>
  Holder.isMissing(error) || Errno.code(error) === "ESTALE"

/**
 * The process that has taken the lock of a folder that still exists. None if the folder is no longer
 * the one that was locked, or has nothing in it: it was removed, renamed or emptied.
 */
const taker = (folder: string, { lockedFolder }: HeldLock) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const now = yield* Acquire.lockedFolder(folder)
    if (now.inode !== lockedFolder.inode) return Option.none()
    const found = yield* Holder.ownerOf(Acquire.lockOf(folder))
    if (Option.isSome(found)) {
      const holder = yield* Holder.read(path.join(Acquire.lockOf(folder), found.value.name))
      return Option.some(Option.getOrNull(holder))
    }
    const names = yield* fs.readDirectory(folder)
    return names.every((name) => name.startsWith(".")) ? Option.none() : Option.some(null)
  }).pipe(Effect.catchIf(isGone, () => Effect.succeedNone))

/**
 * Takes the lock of `folder` until the scope closes. Creates the folder if it is missing, and then
 * removes it with the scope if it is still empty. The lock of a dead process is taken over at once, and
 * that of a process on another machine or in another container once it has not been renewed for its
 * time-out. With `force` there is no wait, and locks that nobody renews, or that cannot be decoded, are
 * taken over, too.
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
      let held: HeldLock | undefined
      let isMade = false
      let remade = 0
      const make = Effect.map(Folder.make(folder), (made) => void (isMade ||= made))

      const hold = (force: boolean, wait: Acquire.Restore | null) =>
        Effect.gen(function* () {
          const token = randomUUID()
          const lockedFolder = yield* Acquire.take({ folder, make, token, force, lease }, wait)
          const beat = { lock: Acquire.lockOf(folder), token, every: lease.every }
          const now = { token, lockedFolder, heartbeat: yield* Heartbeat.start(beat) }
          held = now
          // A missed heartbeat is handled at once, not by the next save.
          const watch = Effect.zipRight(now.heartbeat.missed, Effect.ignore(regain(now)))
          yield* Effect.forkIn(Effect.interruptible(watch), scope)
        })

      /** Creates the folder and its lock again if they disappeared; else the lock is lost. */
      const regain = (before: HeldLock): Effect.Effect<void, LockError, FileSystem.FileSystem> =>
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
            t`${folder} was removed, renamed or emptied while the run used it: it is made again, and the run is saved there`
          )
        }).pipe(
          Effect.tapErrorTag("LockedError", (error) => Deferred.succeed(lost, error)),
          Effect.uninterruptible,
          oneAtATime
        )

      const renew = Effect.suspend(() => {
        const now = held!
        return Effect.catchIf(now.heartbeat.renew, isGone, () => regain(now))
      })
      const check = Expiry.unlessLost(
        Deferred.await(lost),
        Effect.provideService(renew, FileSystem.FileSystem, fs)
      )

      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          if (held !== undefined) {
            yield* held.heartbeat.stop
            yield* Acquire.release(folder, held.token)
          }
          if (isMade) yield* Effect.ignore(Effect.tryPromise(() => rmdir(folder)))
        })
      )
      yield* hold(options.force, restore)
      const silence = Effect.suspend(() => held!.heartbeat.silence)
      const expire = Effect.zipRight(
        Expiry.expired(lease, silence, check),
        Deferred.succeed(lost, new LockedError({ folder, holder: null, reason: "Expired" }))
      )
      yield* Effect.forkIn(Effect.interruptible(expire), scope)
      return {
        check: Effect.uninterruptible(check),
        lost: Deferred.await(lost),
        remade: Effect.sync(() => remade)
      }
    })
  )

/**
 * The process that has `folder`, if it lives; one on another host does if it has renewed its lock within
 * its time-out.
 */
export const holderOf = (
  folder: string
): Effect.Effect<Option.Option<Holder.Holder>, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const lock = Acquire.lockOf(folder)
    const found = yield* Holder.ownerOf(lock)
    if (Option.isNone(found)) return Option.none()
    const holder = yield* Holder.read(path.join(lock, found.value.name))
    if (Option.isNone(holder)) return Option.none()
    const status = yield* Holder.statusOf(holder.value, yield* Acquire.lockedFolder(folder))
    if (status === "in use") return holder
    if (status === "free" || holder.value.lease === undefined) return Option.none()
    // A renewal renames the file in the lock, which is a folder.
    const { modified } = yield* FileStat.stat(lock)
    const age = (yield* Clock.currentTimeMillis) - modified.getTime()
    return age < holder.value.lease.timeout ? holder : Option.none()
  }).pipe(Effect.orElseSucceed(() => Option.none()))
