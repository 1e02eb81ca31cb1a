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

/**
 * Whether another line tells of it: the epoch's that it was the best, the closing message of what
 * was saved as the run was stopped.
 */
const isTold = (event: Event, signal: string | null): boolean =>
  event._tag === "CheckpointSaved" && (event.name === "best" || signal !== null)

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

      const lines = (event: Event, columns: number, signal: string | null) =>
        event._tag === "EpochFinished"
          ? [{ to: "out", text: Line.epoch(event, columns) } as const]
          : isTold(event, signal)
            ? []
            : Line.fromEvent(event, setting, signal)

      const write = (lines: ReadonlyArray<Line.Line>) =>
        lines.length === 0 ? Effect.void : Effect.zipRight(clear, Line.write(output, lines))

      yield* Effect.addFinalizer(() => clear)
      return {
        emit: Effect.fnUntraced(function* (event: Event) {
          const now = yield* Clock.currentTimeMillis
          yield* Ref.update(meter, (before) => Meter.advance(before, event, now))
          if (event._tag === "StepFinished") return yield* redraw(now)
          yield* write(lines(event, yield* output.columns, yield* setting.signal))
        })
      }
    })
  )
