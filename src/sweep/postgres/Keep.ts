import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/** When a claim is renewed, and what follows when it could not be; all in milliseconds. */
export interface Terms {
  /** Between two renewals. */
  readonly every: number
  /** The time without a renewal after which the work is interrupted. */
  readonly silence: number
  /** The time without a renewal after which it is killed: before others may take the claim over. */
  readonly end: number
}

/** The terms by which a claim ends before `timeout`, when others may take it over. */
export const termsOf = (timeout: number): Terms => ({
  every: timeout / 5,
  silence: timeout * 0.6,
  end: timeout * 0.9
})

/** What is done under a claim. */
export interface Work<A, E, R> {
  /** Whether the claim is still this worker's. */
  readonly renew: Effect.Effect<boolean, unknown>
  /** Ends what it has started when it is interrupted; that may take its time. */
  readonly run: Effect.Effect<A, E, R>
  /** Ends it at once. */
  readonly kill: Effect.Effect<void>
}

/**
 * Runs `work` while its claim is renewed, by timers beside it. None if the claim was lost, or could not be
 * renewed in time, so that it may be another's by now; the work has ended by then. Interrupted from
 * outside, renews until the work has ended.
 */
export const keep = <A, E, R>(
  terms: Terms,
  { kill, renew, run }: Work<A, E, R>
): Effect.Effect<Option.Option<A>, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const lost = yield* Deferred.make<void>()
      let renewedAt = yield* Clock.currentTimeNanos
      const renewal = Effect.gen(function* () {
        const begun = yield* Clock.currentTimeNanos
        if (yield* renew) renewedAt = begun
        else yield* Deferred.succeed(lost, undefined)
      })
      const background = (effect: Effect.Effect<unknown>) =>
        Effect.forkDaemon(Effect.interruptible(effect))
      const renewing = yield* background(
        renewal.pipe(
          Effect.timeout(terms.every),
          // The database may be back by the next time.
          Effect.ignore,
          Effect.delay(terms.every),
          Effect.forever
        )
      )
      const watching = yield* background(
        Effect.gen(function* () {
          for (;;) {
            const left = terms.silence - Number((yield* Clock.currentTimeNanos) - renewedAt) / 1e6
            if (left <= 0) return yield* Deferred.succeed(lost, undefined)
            yield* Effect.sleep(left)
          }
        })
      )
      const working = yield* Effect.forkDaemon(Effect.interruptible(run))
      const waited = yield* Effect.exit(
        restore(Effect.raceFirst(Fiber.await(working), Deferred.await(lost)))
      )
      const killing = yield* background(
        Effect.zipRight(Deferred.await(lost), Effect.delay(kill, terms.end - terms.silence))
      )
      yield* Fiber.interruptFork(working)
      const exit = yield* Fiber.await(working)
      yield* Fiber.interruptAll([renewing, watching, killing])
      if (yield* Deferred.isDone(lost)) return Option.none()
      if (Exit.isFailure(waited)) return yield* Effect.interrupt
      return Option.some(yield* exit)
    })
  )
