import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Observer } from "../events/Observer.js"
import * as LiveObserver from "./LiveObserver.js"
import { Output } from "./Output.js"
import * as PlainObserver from "./PlainObserver.js"
import type { Setting } from "./RenderEvent.js"

/** Shows a run: with a line that is redrawn where the terminal can do so, else with plain lines. */
export const layer = (setting: Setting): Layer.Layer<Observer, never, Output> =>
  Layer.unwrapEffect(
    Effect.map(Output, ({ terminal }) =>
      terminal === null ? PlainObserver.layer(setting) : LiveObserver.layer(setting, terminal)
    )
  )
