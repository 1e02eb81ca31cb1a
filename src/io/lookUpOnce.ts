import * as Effect from "effect/Effect"

/**
 * A lookup made once, by the first who asks. Not by `Effect.cached`, which would keep an interruption of
 * the first for everybody, also of an uninterruptible one.
 */
export const lookUpOnce = <A>(lookUp: Effect.Effect<A>): Effect.Effect<A> => {
  let found: Promise<A> | undefined
  return Effect.promise(() => (found ??= Effect.runPromise(lookUp)))
}
