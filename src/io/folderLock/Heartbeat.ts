import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as path from "node:path"
import * as IsNodeFileSystem from "../IsNodeFileSystem.js"
import * as Holder from "./Holder.js"
import type { LeaseTerms } from "./Lease.js"
import * as OwnerName from "./OwnerName.js"
import * as LeaseThread from "./LeaseThread.js"

/**
 * Renews a lock by giving its file the next name. That fails where another process has removed the
 * file to take over, and makes the removal fail where it comes first: of the two one succeeds, also
 * where a network file system shows either of them something old.
 */
export interface Heartbeat {
  /** Renews now. Fails with a missing file where the lock is not ours any more. */
  readonly renew: Effect.Effect<void, PlatformError>
  /** Waits until a renewal has found that the lock is not ours any more. */
  readonly missed: Effect.Effect<void>
  /** Ends the renewals. */
  readonly stop: Effect.Effect<void>
}

/** What is renewed, and when. */
export interface Beat {
  readonly lock: string
  readonly token: string
  readonly every: LeaseTerms["every"]
}

/** Renews on this thread: where another cannot be had, or sees other files. */
const here = Effect.fnUntraced(function* ({ every, lock, token }: Beat) {
  const fs = yield* FileSystem.FileSystem
  const missed = yield* Deferred.make<void>()
  let renewals = 0
  const at = (count: number) => path.join(lock, OwnerName.make(token, count))
  const oneAtATime = yield* Effect.makeSemaphore(1)
  const renew = Effect.suspend(() => fs.rename(at(renewals), at(renewals + 1))).pipe(
    // A renewal that was reported as failed may have been made.
    Effect.catchIf(Holder.isMissing, (error) =>
      Effect.flatMap(fs.exists(at(renewals + 1)), (there) =>
        there ? Effect.void : Effect.fail(error)
      )
    ),
    Effect.tap(() => Effect.sync(() => void renewals++)),
    Effect.uninterruptible,
    oneAtATime.withPermits(1)
  )
  const beat = Effect.sleep(every).pipe(
    Effect.zipRight(renew),
    // Any other trouble may be over by the next time.
    Effect.catchIf(
      (error) => !Holder.isMissing(error),
      () => Effect.void
    ),
    Effect.forever,
    Effect.catchAll(() => Deferred.succeed(missed, undefined))
  )
  const fiber = yield* Effect.forkDaemon(Effect.interruptible(beat))
  return {
    renew,
    missed: Deferred.await(missed),
    stop: Effect.asVoid(Fiber.interrupt(fiber))
  } satisfies Heartbeat
})

/** Begins to renew a lock that was just taken; by a thread of its own, since steps block this one. */
export const start = (beat: Beat): Effect.Effect<Heartbeat, never, FileSystem.FileSystem> =>
  Effect.flatMap(IsNodeFileSystem.areOurs, (ours) =>
    ours ? Effect.catchAll(LeaseThread.start(beat), () => here(beat)) : here(beat)
  )
