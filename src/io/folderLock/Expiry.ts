import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { LeaseTerms } from "./Holder.js"

/**
 * Waits until a lock has not been renewed for so long that another process may soon take it, and one
 * more renewal fails as well, or is not answered. This ends before the time-out does, so that its owner
 * stops before another begins. `silence` is the time since the last renewal, in milliseconds.
 */
export const expired = (
  { every, timeout }: LeaseTerms,
  silence: Effect.Effect<number>,
  renew: Effect.Effect<unknown, unknown>
): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      yield* Effect.sleep(every)
      const silent = yield* silence
      if (silent < Math.max(every, timeout - 2 * every)) continue
      // A process that was paused may still own its lock: only a renewal shows that.
      const last = (silent < timeout ? timeout - silent : timeout) / 2
      const renewed = yield* Effect.timeoutOption(Effect.either(Effect.disconnect(renew)), last)
      if (renewed._tag === "None" || renewed.value._tag === "Left") return
    }
  })

/** Fails as soon as `lost` says that the lock is lost, however long `self` takes. */
export const unlessLost = <A, E, E2>(
  lost: Effect.Effect<E2>,
  self: Effect.Effect<A, E>
): Effect.Effect<A, E | E2> =>
  Effect.gen(function* () {
    const answer = yield* Deferred.make<A, E | E2>()
    // Daemons, since a finalizer may wait here, whose children could not be interrupted.
    const failed = Effect.flatMap(lost, (error) => Deferred.fail(answer, error))
    const watch = yield* Effect.forkDaemon(Effect.interruptible(failed))
    yield* Effect.forkDaemon(Effect.intoDeferred(self, answer))
    return yield* Effect.ensuring(Deferred.await(answer), Fiber.interruptFork(watch))
  })

/** Waits for `self` to end, however it ends, and for no more than so many milliseconds; also in a finalizer. */
export const endedWithin = (
  milliseconds: number,
  self: Effect.Effect<unknown, unknown>
): Effect.Effect<void> =>
  // A daemon, since the children of a fiber that is interrupted are interrupted with it.
  Effect.timeoutOption(Effect.exit(self), milliseconds).pipe(
    Effect.interruptible,
    Effect.forkDaemon,
    Effect.flatMap(Fiber.await),
    Effect.asVoid
  )
