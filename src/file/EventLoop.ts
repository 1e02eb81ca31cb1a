import * as Effect from "effect/Effect"

/**
 * Gives way to timers and signals once. Goes between long synchronous pieces of work, because
 * `Effect.yieldNow` stays among the microtasks and would keep Ctrl+C waiting.
 */
export const breathe: Effect.Effect<void> = Effect.async<void>((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

/** Gives way for so many milliseconds, by the real clock also where tests have another. */
export const pause = (milliseconds: number): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const handle = setTimeout(() => resume(Effect.void), milliseconds)
    return Effect.sync(() => clearTimeout(handle))
  })
