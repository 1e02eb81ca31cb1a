import * as Effect from "effect/Effect"

/**
 * Yields to the event loop once: pending timers and signals are handled. Belongs between long
 * synchronous computations, because `Effect.yieldNow` stays among the microtasks and would delay Ctrl+C.
 *
 * The first of the two immediates may come in the current turn of the loop, which has already polled
 * for signals; the second comes after another poll.
 */
export const yieldToEventLoop: Effect.Effect<void> = Effect.async<void>((resume) => {
  let handle = setImmediate(() => {
    handle = setImmediate(() => resume(Effect.void))
  })
  return Effect.sync(() => clearImmediate(handle))
})

/** Milliseconds that a long computation may keep signals and other fibers waiting. */
const patience = 50

/** For a computation in many short pieces, between them: yields when 50 ms have passed. */
export const paced = (): Effect.Effect<void> => {
  let last = performance.now()
  return Effect.suspend(() => {
    if (performance.now() - last < patience) return Effect.void
    return Effect.tap(yieldToEventLoop, () => {
      last = performance.now()
    })
  })
}

/** Yields for a number of milliseconds, by the real clock even where a test has another. */
export const pause = (milliseconds: number): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const handle = setTimeout(() => resume(Effect.void), milliseconds)
    return Effect.sync(() => clearTimeout(handle))
  })
