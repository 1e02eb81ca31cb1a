import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import type { Event } from "./Event.js"
import * as Line from "./Line.js"
import * as Meter from "./Meter.js"
import { Observer } from "./Observer.js"
import { Output } from "./Output.js"

/** Milliseconds between two redraws. */
const pause = 100

/** What a terminal echoes for Ctrl+C, behind the line. */
const echo = "^C".length

/** What an epoch's line says of the saves at its end. */
const remarks = (saves: ReadonlyArray<"latest" | "best">): string =>
  (saves.includes("best") ? "  best so far" : "") + (saves.includes("latest") ? "  saved" : "")

/**
 * Shows a run on a terminal: one line for the epoch, redrawn in place, and lines that stay.
 *
 * It redraws with carriage returns and spaces alone, so that there is nothing for NO_COLOR to
 * forbid and nothing to restore however the process ends.
 */
export const layer = (setting: Line.Setting): Layer.Layer<Observer, never, Output> =>
  Layer.scoped(
    Observer,
    Effect.gen(function* () {
      const output = yield* Output
      const meter = yield* Ref.make(Meter.start(yield* Clock.currentTimeMillis))
      /** What is on the line: how many columns, and since when. */
      const drawn = yield* Ref.make({ width: 0, at: 0 })

      /** What was saved since the last epoch ended. */
      const saves = yield* Ref.make<ReadonlyArray<"latest" | "best">>([])

      const clear = Effect.flatMap(Ref.getAndSet(drawn, { width: 0, at: 0 }), ({ width }) =>
        width === 0 ? Effect.void : output.out(`\r${" ".repeat(width + echo)}\r`)
      )

      const redraw = Effect.fnUntraced(function* (now: number) {
        const { at, width } = yield* Ref.get(drawn)
        if (now - at < pause) return
        const columns = yield* output.columns
        const line = Meter.line(yield* Ref.get(meter), columns - 1 - echo, now)
        yield* Ref.set(drawn, { width: Math.max(width, line.length), at: now })
        yield* output.out(`\r${line.padEnd(width)}`)
      })

      yield* Effect.addFinalizer(() => clear)
      return {
        emit: Effect.fnUntraced(function* (event: Event) {
          const now = yield* Clock.currentTimeMillis
          yield* Ref.update(meter, (before) => Meter.advance(before, event, now))
          if (event._tag === "StepFinished") return yield* redraw(now)
          // Saves are told on the epoch's line: their paths are always the same.
          if (event._tag === "CheckpointSaved") {
            return yield* Ref.update(saves, (before) => [...before, event.name])
          }
          const lines = Line.fromEvent(event, setting, yield* setting.signal)
          if (event._tag === "EpochFinished") {
            const remark = remarks(yield* Ref.getAndSet(saves, []))
            yield* clear
            return yield* Line.write(
              output,
              lines.map(({ text, to }) => ({ to, text: text + remark }))
            )
          }
          yield* clear
          yield* Line.write(output, lines)
        })
      }
    })
  )
