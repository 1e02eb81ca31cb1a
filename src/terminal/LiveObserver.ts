import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../events/Event.js"
import * as RenderEvent from "./RenderEvent.js"
import * as EpochProgress from "./EpochProgress.js"
import { Observer } from "../events/Observer.js"
import { Output } from "./Output.js"
import { displayWidth, padEnd } from "./Table.js"

/** Milliseconds between two redraws. */
const pause = 100

/** What a terminal echoes for Ctrl+C at the end of the line. */
const echo = "^C".length

/**
 * Shows a run on a terminal: one line for the current epoch, redrawn in place, above which permanent
 * lines accumulate.
 *
 * Redraws with carriage returns and spaces alone: no colors that NO_COLOR would forbid, and nothing to
 * restore however the process ends.
 */
export const layer = (setting: RenderEvent.Setting): Layer.Layer<Observer, never, Output> =>
  Layer.scoped(
    Observer,
    Effect.gen(function* () {
      const output = yield* Output
      const clock = yield* Effect.clock
      let progress = EpochProgress.start(clock.unsafeCurrentTimeMillis())
      /** The width of the drawn line, and when it was drawn. */
      let drawn = { width: 0, at: 0 }

      const clear = Effect.suspend(() => {
        const { width } = drawn
        drawn = { width: 0, at: 0 }
        return width === 0 ? Effect.void : output.out(`\r${" ".repeat(width + echo)}\r`)
      })

      const redraw = Effect.fnUntraced(function* (now: number) {
        const { width } = drawn
        const columns = yield* output.columns
        const line = EpochProgress.line(progress, columns - 1 - echo, now)
        drawn = { width: Math.max(width, displayWidth(line)), at: now }
        yield* output.out(`\r${padEnd(line, width)}`)
      })

      const lines = (event: Event, columns: number, signal: string | null) =>
        event._tag === "EpochFinished"
          ? [{ to: "out", text: RenderEvent.epoch(event, columns) } as const]
          : RenderEvent.fromEvent(event, setting, signal)

      const show = Effect.fnUntraced(function* (event: Event) {
        const shown = lines(event, yield* output.columns, yield* setting.signal)
        if (shown.length > 0) yield* Effect.zipRight(clear, RenderEvent.write(output, shown))
      })

      yield* Effect.addFinalizer(() => clear)
      return {
        emit: (event) =>
          Effect.suspend(() => {
            const now = clock.unsafeCurrentTimeMillis()
            progress = EpochProgress.advance(progress, event, now)
            if (event._tag !== "StepFinished") return show(event)
            return now - drawn.at < pause ? Effect.void : redraw(now)
          })
      }
    })
  )
