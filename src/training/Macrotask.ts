import * as Effect from "effect/Effect"

/**
 * Lets timers, signals and I/O run once. `Effect.yieldNow` does not: it goes through microtasks
 * 2,048 times before the event loop turns, which keeps a Ctrl+C waiting for minutes.
 */
export const macrotask: Effect.Effect<void> = Effect.async<void>((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})
