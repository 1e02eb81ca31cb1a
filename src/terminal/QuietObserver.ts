import type * as Layer from "effect/Layer"
import type { Event } from "../events/Event.js"
import * as PlainObserver from "./PlainObserver.js"
import type * as RenderEvent from "./RenderEvent.js"
import type { Observer } from "../events/Observer.js"
import type { Output } from "./Output.js"

/** The lines of `event` that `--quiet` keeps: problems, how to resume, and results. */
export const keep = (
  event: Event,
  lines: ReadonlyArray<RenderEvent.Line>
): ReadonlyArray<RenderEvent.Line> => {
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

/** Shows results on standard output; warnings and where the run stopped on standard error. */
export const layer = (setting: RenderEvent.Setting): Layer.Layer<Observer, never, Output> =>
  PlainObserver.layer(setting, keep)
