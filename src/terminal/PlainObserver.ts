import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RenderEvent from "./RenderEvent.js"
import { Observer } from "../events/Observer.js"
import { Output } from "./Output.js"

/** Shows a run without redrawing: a plain line for each epoch and each other event. */
export const layer = (setting: RenderEvent.Setting): Layer.Layer<Observer, never, Output> =>
  Layer.effect(
    Observer,
    Effect.map(Output, (output) => ({
      emit: (event) =>
        Effect.flatMap(setting.signal, (signal) =>
          RenderEvent.write(output, RenderEvent.fromEvent(event, setting, signal))
        )
    }))
  )
