import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Observer } from "./Observer.js"

/** Shows what a pipeline logs as notices, where the default logger would write across the display. */
export const layer: Layer.Layer<never, never, Observer> = Layer.unwrapEffect(
  Effect.map(Observer, (observer) =>
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ cause, logLevel, message }) => {
        const parts = (Array.isArray(message) ? message : [message]).map((part) =>
          typeof part === "string" ? part : Inspectable.toStringUnknown(part, 0)
        )
        Effect.runSync(
          observer.emit({
            _tag: "Notice",
            level: LogLevel.greaterThanEqual(logLevel, LogLevel.Warning) ? "warning" : "info",
            message: [...parts, ...(Cause.isEmpty(cause) ? [] : [Cause.pretty(cause)])].join(" ")
          })
        )
      })
    )
  )
)
