import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "./Event.js"
import { Observer } from "./Observer.js"
import { Output } from "../terminal/Output.js"

/** JSON text on one line; numbers that JSON lacks become the strings NaN, Infinity, -Infinity. */
export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) =>
    typeof field === "number" && !Number.isFinite(field) ? String(field) : field
  )

/** An event as `--json` prints it: `event` is its kind, `time` ISO 8601, then its fields. */
export const encode = (event: Event, milliseconds: number, signal: string | null): string =>
  stringify({
    event: event._tag,
    time: new Date(milliseconds).toISOString(),
    ...fieldsOf(event),
    ...(event._tag === "Interrupted" ? { signal } : {})
  })

/** The fields of an event that are written down: not the history of a run, which its epochs have told. */
export const fieldsOf = (event: Event): Readonly<Record<string, unknown>> => {
  const { _tag, ...fields } = event
  if (_tag !== "RunStarted") return fields
  const { history: _, ...rest } = fields as Extract<Event, { readonly _tag: "RunStarted" }>
  return rest
}

/** Prints one JSON object an event, for programs; `signal` is what stops the run, once it comes. */
export const layer = (signal: Effect.Effect<string | null>): Layer.Layer<Observer, never, Output> =>
  Layer.effect(
    Observer,
    Effect.map(Output, (output) => ({
      emit: Effect.fnUntraced(function* (event: Event) {
        const now = yield* Clock.currentTimeMillis
        yield* output.out(`${encode(event, now, yield* signal)}\n`)
      })
    }))
  )
