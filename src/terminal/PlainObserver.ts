import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../events/Event.js"
import * as RenderEvent from "./RenderEvent.js"
import { Observer } from "../events/Observer.js"
import { Output } from "./Output.js"

/** Shows a run without redrawing: of each event the lines that `keep` keeps, all unless given. */
export const layer = (
  setting: RenderEvent.Setting,
  keep: (
    event: Event,
    lines: ReadonlyArray<RenderEvent.Line>
  ) => ReadonlyArray<RenderEvent.Line> = (_, lines) => lines
): Layer.Layer<Observer, never, Output> =>
  Layer.effect(
    Observer,
    Effect.map(Output, (output) => ({
      emit: (event) =>
        Effect.flatMap(setting.signal, (signal) =>
          RenderEvent.write(output, keep(event, RenderEvent.fromEvent(event, setting, signal)))
        )
    }))
  )
