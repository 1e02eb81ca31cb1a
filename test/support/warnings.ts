import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

/** Runs `self` and collects what it warns of. */
export const warningsOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => warnings.push(String(message)))
    return Effect.map(
      Effect.provide(self, Logger.replace(Logger.defaultLogger, logger)),
      (value) => ({ value, warnings: warnings.join("\n") })
    )
  })
