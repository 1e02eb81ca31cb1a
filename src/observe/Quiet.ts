import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "./Event.js"
import * as Line from "./Line.js"
import { Observer } from "./Observer.js"
import { Output } from "./Output.js"

/** The lines of `event` that `--quiet` leaves: troubles, how to go on, and results. */
export const keep = (event: Event, lines: ReadonlyArray<Line.Line>): ReadonlyArray<Line.Line> => {
  switch (event._tag) {
    case "Evaluated":
    case "Result":
    case "RunFinished":
      return lines
    case "Interrupted":
      return lines.map(({ text }) => ({ to: "err", text }))
    default:
      return lines.filter(({ to }) => to === "err")
  }
}

/** Shows results on standard output, and warnings and where it was stopped on standard error. */
export const layer = (setting: Line.Setting): Layer.Layer<Observer, never, Output> =>
  Layer.effect(
    Observer,
    Effect.map(Output, (output) => ({
      emit: (event) =>
        Effect.flatMap(setting.signal, (signal) =>
          Line.write(output, keep(event, Line.fromEvent(event, setting, signal)))
        )
    }))
  )
