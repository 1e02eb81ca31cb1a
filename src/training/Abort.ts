import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

/** Ends the pipeline at once with an error that was met beside its stages. */
export class Abort extends Context.Reference<Abort>()("holdfast/Abort", {
  defaultValue: () => ({ with: (_error: unknown): Effect.Effect<void> => Effect.void })
}) {}

/**
 * Lets `self` be aborted: it is interrupted then, and ends with the error instead. It runs in a
 * fiber of its own, since one that was interrupted does nothing else any more. However it ends is
 * how the whole ends: a race would forget what went wrong while it was being interrupted.
 */
export const abortable = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, unknown, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      let aborted: { readonly error: unknown } | undefined
      const fiber: Fiber.RuntimeFiber<A, E> = yield* Effect.fork(
        Effect.provideService(restore(self), Abort, {
          with: (error) =>
            Effect.suspend(() => {
              aborted ??= { error }
              return Fiber.interruptFork(fiber)
            })
        })
      )
      const waited = yield* Effect.exit(restore(Fiber.await(fiber)))
      // Interruption reaches children that exist now, not ones forked later.
      if (Exit.isFailure(waited)) yield* Fiber.interruptFork(fiber)
      const exit = yield* Fiber.await(fiber)
      return aborted !== undefined && Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)
        ? yield* Effect.fail(aborted.error)
        : yield* exit
    })
  )
