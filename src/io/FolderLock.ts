import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { rmdir } from "node:fs/promises"
import * as path from "node:path"
import { t } from "../language/Text.js"
import * as Errno from "./Errno.js"
import * as Folder from "./Folder.js"
import * as Heartbeat from "./folderLock/Heartbeat.js"
import * as Holder from "./folderLock/Holder.js"
import { Lease } from "./folderLock/Lease.js"
import { LockedError, type LockError } from "./folderLock/LockedError.js"
import type * as HolderStatus from "./folderLock/HolderStatus.js"
import * as Acquire from "./folderLock/Acquire.js"

export type { LockedError, LockError }

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

/** A lock that is held. */
interface Held {
  readonly token: string
  readonly place: HolderStatus.Place
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
    const now = yield* Acquire.placeOf(folder)
    if (now.inode !== place.inode) return Option.none()
    const found = yield* Holder.ownerOf(Acquire.lockOf(folder))
    if (Option.isSome(found)) {
      const holder = yield* Holder.read(path.join(Acquire.lockOf(folder), found.value.name))
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

      const hold = (force: boolean, wait: Acquire.Restore | null) =>
        Effect.gen(function* () {
          const token = randomUUID()
          const place = yield* Acquire.take({ folder, make, token, force, lease }, wait)
          const beat = { lock: Acquire.lockOf(folder), token, every: lease.every }
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
            t`${folder} was removed, renamed or emptied while the run used it: it is made again, and the run is saved there`
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
            yield* Acquire.release(folder, held.token)
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
