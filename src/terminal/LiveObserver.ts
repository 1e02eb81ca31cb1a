import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../events/Event.js"
import { yieldToEventLoop } from "../io/EventLoop.js"
import * as RenderEvent from "./RenderEvent.js"
import * as EpochProgress from "./EpochProgress.js"
import { LossCurve } from "./LossCurve.js"
import { Observer } from "../events/Observer.js"
import { Output, type Terminal } from "./Output.js"
import * as Region from "./Region.js"

/** Milliseconds between two redraws of the progress, and of the curve. */
const pause = { line: 100, curve: 1000 }

/** The smallest terminal that has room for a curve. */
const room = { columns: 100, rows: 24 }

/** The size of the curve, in every terminal: lines that fit into a narrower one stay as they are. */
const size = { columns: room.columns - 1 - Region.echo, rows: 6 }

/**
 * Shows a run on a terminal: one line for the current epoch, redrawn in place, above which permanent
 * lines accumulate; on a large terminal with the curve of the loss above it.
 *
 * Reads no key and changes no mode, so that Ctrl+C is a signal, and there is nothing to restore however
 * the process ends.
 */
export const layer = (
  setting: RenderEvent.Setting,
  terminal: Terminal
): Layer.Layer<Observer, never, Output> =>
  Layer.scoped(
    Observer,
    Effect.gen(function* () {
      const output = yield* Output
      const clock = yield* Effect.clock
      const losses = new LossCurve()
      let progress = EpochProgress.start(clock.unsafeCurrentTimeMillis())
      let region = Region.empty
      /** When the line and the curve were drawn, and the curve. */
      let drawn = { line: 0, curve: 0 }
      let curve: ReadonlyArray<string> = []

      const lock = yield* Effect.makeSemaphore(1)
      /**
       * Draws when nothing else does, after a turn of the event loop: a step may have kept this thread
       * while the terminal was resized, or a signal came.
       */
      const alone = <E, R>(drawing: Effect.Effect<void, E, R>) =>
        lock.withPermits(1)(Effect.zipRight(yieldToEventLoop, drawing))

      const clear = Effect.gen(function* () {
        const text = Region.erase(region, { ...terminal, columns: yield* output.columns })
        region = Region.empty
        drawn = { ...drawn, line: 0 }
        if (text !== "") yield* terminal.draw(text)
      })

      /** Draws the curve again; none where the terminal is too small, or has the message of a stop. */
      const plot = Effect.fnUntraced(function* (columns: number) {
        if ((yield* setting.signal) !== null) freeze()
        else if (columns < room.columns || (yield* terminal.rows) < room.rows) curve = []
        else curve = losses.draw({ ...size, colors: terminal.colors })
      })

      /** Leaves the curve where it is, as other lines may follow it: only the last line is drawn again. */
      const freeze = () => {
        curve = []
        region = { ...region, lines: region.lines.slice(-1) }
      }

      /** Draws the progress, and the curve if it is old or for a terminal of another size. */
      const draw = Effect.fnUntraced(function* (now: number, isResized = false) {
        const columns = yield* output.columns
        if (isResized || columns !== region.columns || now - drawn.curve >= pause.curve) {
          drawn = { ...drawn, curve: now }
          yield* plot(columns)
        }
        const line = EpochProgress.line(progress, columns - 1 - Region.echo, now)
        const next = Region.draw(region, [...curve, line], { ...terminal, columns })
        region = next.region
        drawn = { ...drawn, line: now }
        yield* terminal.draw(next.text)
      })

      const lines = (event: Event, columns: number, signal: string | null) =>
        event._tag === "EpochFinished"
          ? [{ to: "out", text: RenderEvent.epoch(event, columns) } as const]
          : RenderEvent.fromEvent(event, setting, signal)

      const show = Effect.fnUntraced(function* (event: Event, now: number) {
        const signal = yield* setting.signal
        const shown = lines(event, yield* output.columns, signal)
        if (shown.length === 0) return
        if (signal !== null) freeze()
        yield* Effect.zipRight(clear, RenderEvent.write(output, shown))
        if (curve.length > 0) yield* draw(now)
      })

      const resized = Effect.gen(function* () {
        yield* terminal.resized
        if (region.lines.length === 0) return
        yield* alone(draw(clock.unsafeCurrentTimeMillis(), true))
      })

      yield* Effect.addFinalizer(() =>
        Effect.flatMap(setting.signal, (signal) => {
          if (signal !== null) freeze()
          return alone(clear)
        })
      )
      yield* Effect.forkScoped(Effect.forever(resized))
      return {
        emit: (event) =>
          Effect.suspend(() => {
            const now = clock.unsafeCurrentTimeMillis()
            progress = EpochProgress.advance(progress, event, now)
            losses.add(event)
            if (event._tag !== "StepFinished") return alone(show(event, now))
            return now - drawn.line < pause.line ? Effect.void : alone(draw(now))
          })
      }
    })
  )
