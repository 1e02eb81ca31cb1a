import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { deliver, Observer } from "./Observer.js"

/**
 * Shows what a pipeline logs as notices, where the default logger would write across the display. A
 * warning that was given is not given again: a damaged checkpoint is met whenever one is looked for.
 */
export const layer: Layer.Layer<never, never, Observer> = Layer.unwrapEffect(
  Effect.map(Observer, (observer) => {
    const given = new Set<string>()
    return Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ cause, logLevel, message }) => {
        const parts = (Array.isArray(message) ? message : [message]).map((part) =>
          typeof part === "string" ? part : Inspectable.toStringUnknown(part, 0)
        )
        const level = LogLevel.greaterThanEqual(logLevel, LogLevel.Warning) ? "warning" : "info"
        const text = [...parts, ...(Cause.isEmpty(cause) ? [] : [Cause.pretty(cause)])].join(" ")
        if (level === "warning" && given.has(text)) return
        if (level === "warning") given.add(text)
        Effect.runFork(deliver(observer, { _tag: "Notice", level, code: "Log", message: text }))
      })
    )
  })
)
