import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "./Event.js"
import { Observer } from "./Observer.js"
import { Output } from "./Output.js"

/** JSON text on one line; numbers that JSON lacks become the strings NaN, Infinity, -Infinity. */
export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) =>
    typeof field === "number" && !Number.isFinite(field) ? String(field) : field
  )

/** An event as `--json` prints it: `event` is its kind, `time` ISO 8601, then its fields. */
export const encode = ({ _tag, ...fields }: Event, milliseconds: number): string =>
  stringify({ event: _tag, time: new Date(milliseconds).toISOString(), ...fields })

/** Prints one JSON object an event, for programs. */
export const layer: Layer.Layer<Observer, never, Output> = Layer.effect(
  Observer,
  Effect.map(Output, (output) => ({
    emit: (event) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => output.out(`${encode(event, now)}\n`))
  }))
)
