import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as JsonLines from "../../src/events/JsonLines.js"
import * as NoticeLogger from "../../src/events/NoticeLogger.js"
import { Observer } from "../../src/events/Observer.js"
import { Output } from "../../src/terminal/Output.js"
import type { Setting } from "../../src/terminal/RenderEvent.js"
import * as PlainObserver from "../../src/terminal/PlainObserver.js"
import * as LiveObserver from "../../src/terminal/LiveObserver.js"
import * as QuietObserver from "../../src/terminal/QuietObserver.js"
import {
  epoch,
  epochLine,
  interrupted,
  recorder,
  recording,
  saved,
  setting,
  step
} from "./sample.js"

/** An observer, what it has written since the last call, and an effect that closes its layer. */
const observing = (layer: Layer.Layer<Observer, never, Output>, recorded = recorder) =>
  Effect.gen(function* () {
    const output = yield* recorded
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(layer.pipe(Layer.provide(output.layer)), scope)
    const { emit } = yield* Effect.provide(Observer, context)
    return { emit, written: output.written, close: Scope.close(scope, Exit.void), context }
  })

const live = (of: Setting) =>
  Layer.unwrapEffect(Effect.map(Output, ({ terminal }) => LiveObserver.layer(of, terminal!)))

const warning = { _tag: "Notice", level: "warning", message: "odd" } as const
const result = {
  _tag: "Evaluated",
  split: "test",
  epoch: 2,
  global_step: 8,
  metrics: { accuracy: 0.5 }
} as const

describe("PlainObserver", () => {
  it.effect("prints a line for each epoch, and problems on standard error", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(PlainObserver.layer(setting("SIGINT")))
      for (const event of [step({}), saved("best"), epoch, warning, result]) yield* emit(event)
      expect(yield* written).toEqual([
        ["out", `${epochLine}\n`],
        ["err", "warning: odd\n"],
        ["out", "test, weights of epoch 2: accuracy 50.0 %\n"]
      ])
    })
  )
})

describe("QuietObserver", () => {
  it.effect("prints results, and on standard error problems and how to resume", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(QuietObserver.layer(setting("SIGINT")))
      for (const event of [step({}), saved("best"), epoch, warning, result, interrupted]) {
        yield* emit(event)
      }
      expect(yield* written).toEqual([
        ["err", "warning: odd\n"],
        ["out", "test, weights of epoch 2: accuracy 50.0 %\n"],
        [
          "err",
          "stopped by SIGINT at epoch 3, step 3; saved c/latest\n" +
            "resume with: holdfast run p.ts --resume latest\n"
        ]
      ])
    })
  )
})

describe("JsonLines", () => {
  it.effect("prints an object per line, with every number", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(JsonLines.layer(setting("SIGINT").signal))
      yield* TestClock.setTime(Date.UTC(2026, 0, 2))
      yield* emit(step({ loss: Number.NaN }))
      yield* emit(interrupted)
      const lines = (yield* written).map(([to, text]) => {
        expect(to).toBe("out")
        expect(text.indexOf("\n")).toBe(text.length - 1)
        return JSON.parse(text)
      })
      const { _tag, ...fields } = step({})
      expect(lines).toEqual([
        { event: _tag, time: "2026-01-02T00:00:00.000Z", ...fields, loss: "NaN" },
        {
          event: "Interrupted",
          time: "2026-01-02T00:00:00.000Z",
          position: { epoch: 2, step: 3 },
          path: "c/latest",
          signal: "SIGINT"
        }
      ])
    })
  )
})

describe("LiveObserver", () => {
  it.effect("redraws one line at most ten times a second, without escape codes", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(live(setting("SIGINT")))
      for (let i = 1; i <= 100; i++) {
        yield* TestClock.adjust("10 millis")
        yield* emit(step({ step: i, steps: 200 }))
      }
      const drawn = yield* written
      expect(drawn).toHaveLength(10)
      for (const [to, text] of drawn) {
        expect(to).toBe("out")
        expect(text).toMatch(/^\r[ -~]{1,79}$/)
      }
      expect(drawn[9]![1]).toContain("epoch 2/5")
    })
  )

  it.effect("clears the line and the ^C after it before a permanent line", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(live(setting("SIGINT")))
      yield* TestClock.adjust("1 second")
      yield* emit(step({}))
      const [[, line]] = (yield* written) as [readonly [string, string]]
      yield* emit(warning)
      expect(yield* written).toEqual([
        ["out", `\r${" ".repeat(line.length - 1 + 2)}\r`],
        ["err", "warning: odd\n"]
      ])
      yield* emit(warning)
      expect(yield* written).toEqual([["err", "warning: odd\n"]])
    })
  )

  it.effect("draws the curve of the loss above the line where the terminal is large", () =>
    Effect.gen(function* () {
      const large = { columns: 120, rows: 30 }
      const { emit, written } = yield* observing(live(setting(null)), recording(large))
      for (let i = 1; i <= 30; i++) {
        yield* TestClock.adjust("500 millis")
        yield* emit(step({ step: i, steps: 40, loss: 1 / i }))
      }
      const drawn = (yield* written).map(([, text]) => text)
      expect(drawn).toHaveLength(30)
      const last = drawn.findLast((text) => text.includes("└"))!
      expect(last.startsWith("\r\x1b[8A")).toBe(true)
      expect(last.split("\r\n")).toHaveLength(9)
      expect(last).toContain("training loss")
      // Twice a second the line alone, without moving the cursor up.
      expect(drawn.filter((text) => !text.includes("\x1b")).length).toBeGreaterThan(10)
      yield* emit(epoch)
      const [erased, permanent, again] = (yield* written).map(([, text]) => text)
      expect(erased).toBe("\r\x1b[8A\x1b[J")
      expect(permanent).toContain("epoch  2/12")
      expect(again!.split("\r\n")).toHaveLength(9)
    })
  )

  it.effect("leaves the curve where it is once a signal stops the run", () =>
    Effect.gen(function* () {
      let signal: string | null = null
      const of = { ...setting(null), signal: Effect.sync(() => signal) }
      const { close, emit, written } = yield* observing(
        live(of),
        recording({ columns: 120, rows: 30 })
      )
      for (let i = 1; i <= 4; i++) {
        yield* TestClock.adjust("2 seconds")
        yield* emit(step({ step: i, steps: 40 }))
      }
      yield* written
      signal = "SIGINT"
      yield* emit(interrupted)
      yield* close
      const text = (yield* written).map(([, text]) => text).join("")
      expect(text).toMatch(/^\r +\rstopped by SIGINT/)
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/\x1b/)
    })
  )

  it.effect("clears the line at the end", () =>
    Effect.gen(function* () {
      const { close, emit, written } = yield* observing(live(setting("SIGINT")))
      yield* TestClock.adjust("1 second")
      yield* emit(step({}))
      yield* written
      yield* close
      expect((yield* written).map(([, text]) => text.replaceAll(/ +/g, " "))).toEqual(["\r \r"])
    })
  )

  it.effect("marks a best epoch on its line, and names the file of the latest save", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(live(setting(null)))
      for (const event of [saved("best"), saved("latest"), { ...epoch, is_best: true }]) {
        yield* emit(event)
      }
      expect(yield* written).toEqual([
        ["out", "saved c/latest (2.0 kB, 12 ms)\n"],
        ["out", `${epochLine}  best\n`]
      ])
    })
  )

  it.effect("reports the save of an interrupted run only in the closing message", () =>
    Effect.gen(function* () {
      const { emit, written } = yield* observing(live(setting("SIGINT")))
      yield* emit(saved("latest"))
      yield* emit(interrupted)
      expect((yield* written).map(([, text]) => text)).toEqual([
        "stopped by SIGINT at epoch 3, step 3; saved c/latest\n" +
          "resume with: holdfast run p.ts --resume latest\n"
      ])
    })
  )
})

describe("NoticeLogger", () => {
  it.effect("shows what a pipeline logs as notices, and each warning once", () =>
    Effect.gen(function* () {
      const { context, written } = yield* observing(PlainObserver.layer(setting("SIGINT")))
      yield* Effect.log("one", { two: 2 }).pipe(
        Effect.zipRight(Effect.logWarning("three")),
        Effect.zipRight(Effect.logWarning("three")),
        Effect.zipRight(Effect.log("twice")),
        Effect.zipRight(Effect.log("twice")),
        Effect.zipRight(Effect.logDebug("hidden")),
        Effect.provide(Layer.provide(NoticeLogger.layer, Layer.succeedContext(context)))
      )
      expect(yield* written).toEqual([
        ["out", 'one {"two":2}\n'],
        ["err", "warning: three\n"],
        ["out", "twice\n"],
        ["out", "twice\n"]
      ])
    })
  )
})
