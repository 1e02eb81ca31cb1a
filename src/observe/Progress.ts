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

type Saved = Extract<Event, { readonly _tag: "CheckpointSaved" }>

/** What an epoch's line says of the saves at its end: their paths are always the same. */
const remarks = (saves: ReadonlyArray<Saved>): string =>
  (saves.some(({ name }) => name === "best") ? "  best so far" : "") +
  (saves.some(({ name }) => name === "latest") ? "  saved" : "")

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

      /** The saves that no line has told of yet. */
      const saves = yield* Ref.make<ReadonlyArray<Saved>>([])

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

      const write = (lines: ReadonlyArray<Line.Line>) =>
        Effect.zipRight(clear, Line.write(output, lines))

      // The save of a run that fails comes last, with no line to tell of it.
      yield* Effect.addFinalizer(() =>
        Effect.flatMap(Ref.get(saves), (untold) =>
          write(untold.flatMap((save) => Line.fromEvent(save, setting, null)))
        )
      )
      return {
        emit: Effect.fnUntraced(function* (event: Event) {
          const now = yield* Clock.currentTimeMillis
          yield* Ref.update(meter, (before) => Meter.advance(before, event, now))
          const lines = Line.fromEvent(event, setting, yield* setting.signal)
          switch (event._tag) {
            case "StepFinished":
              return yield* redraw(now)
            case "CheckpointSaved":
              return yield* Ref.update(saves, (before) => [...before, event])
            case "EpochFinished": {
              const remark = remarks(yield* Ref.getAndSet(saves, []))
              return yield* write(lines.map(({ text, to }) => ({ to, text: text + remark })))
            }
            case "Interrupted":
            case "RunFinished":
              yield* Ref.set(saves, [])
          }
          yield* write(lines)
        })
      }
    })
  )
