import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Line from "./Line.js"
import { Observer } from "./Observer.js"
import { Output } from "./Output.js"

/** Shows a run where no line can be redrawn: a plain line an epoch, and what else happens. */
export const layer = (setting: Line.Setting): Layer.Layer<Observer, never, Output> =>
  Layer.effect(
    Observer,
    Effect.map(Output, (output) => ({
      emit: (event) =>
        Effect.flatMap(setting.signal, (signal) =>
          Line.write(output, Line.fromEvent(event, setting, signal))
        )
    }))
  )
