import * as Effect from "effect/Effect"

/**
 * Yields to the event loop once: timers, signals and what else has come by now are served. Goes
 * between long synchronous pieces of work, because `Effect.yieldNow` stays among the microtasks and
 * would keep Ctrl+C waiting.
 *
 * The first of the two immediates may come in the turn of the loop that goes on already, whose look
 * at signals is over; the second comes after a look.
 */
export const yieldToEventLoop: Effect.Effect<void> = Effect.async<void>((resume) => {
  let handle = setImmediate(() => {
    handle = setImmediate(() => resume(Effect.void))
  })
  return Effect.sync(() => clearImmediate(handle))
})

/** Milliseconds that a long computation may keep signals and other fibers waiting. */
const patience = 50

/** What a computation in many short pieces does between them: yields when 50 ms have passed. */
export const paced = (): Effect.Effect<void> => {
  let last = performance.now()
  return Effect.suspend(() => {
    if (performance.now() - last < patience) return Effect.void
    return Effect.tap(yieldToEventLoop, () => {
      last = performance.now()
    })
  })
}

/** Gives way for so many milliseconds, by the real clock also where tests have another. */
export const pause = (milliseconds: number): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const handle = setTimeout(() => resume(Effect.void), milliseconds)
    return Effect.sync(() => clearTimeout(handle))
  })
