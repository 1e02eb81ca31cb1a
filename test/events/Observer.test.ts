import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import * as Stage from "../../src/Stage.js"
import * as Pipeline from "../../src/Pipeline.js"
import { encode } from "../../src/events/JsonLines.js"
import { Event } from "../../src/events/Event.js"
import { emit, flush, Observer } from "../../src/events/Observer.js"
import { fromEvent } from "../../src/terminal/RenderEvent.js"

const notice = (message: string): Event => ({ _tag: "Notice", level: "info", message })
const step = (number: number): Event => ({
  _tag: "StepFinished",
  phase: "train",
  epoch: 1,
  epochs: 1,
  step: number,
  steps: 100_000,
  loss: 1,
  examples: 1
})

/** An observer that records messages, and does `first` before. */
const recorder = (first: Effect.Effect<void> = Effect.void) => {
  const seen: Array<Event> = []
  return {
    seen,
    layer: Observer.make((event) =>
      Effect.zipRight(
        first,
        Effect.sync(() => seen.push(event))
      )
    )
  }
}

/** Runs `effect` and gives what was logged meanwhile. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => lines.push(String(message)))
    yield* Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger))
    return lines
  })

describe("Observer.all", () => {
  it.effect("shows every event to each, in order, before the layer is released", () =>
    Effect.gen(function* () {
      const [a, b] = [recorder(), recorder(Effect.yieldNow())]
      const events = ["one", "two", "three"].map(notice)
      yield* Effect.provide(Effect.forEach(events, emit), Observer.all(a.layer, b.layer))
      expect(a.seen).toEqual(events)
      expect(b.seen).toEqual(events)
    })
  )

  it.effect("does not wait for a slow observer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const [fast, slow] = [recorder(), recorder(Deferred.await(gate))]
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* Effect.forEach(["one", "two"].map(notice), emit)
          yield* Effect.yieldNow()
          expect(fast.seen.length).toBe(2)
          expect(slow.seen.length).toBe(0)
          yield* Deferred.succeed(gate, undefined)
        }),
        Observer.all(fast.layer, slow.layer)
      )
      expect(slow.seen.length).toBe(2)
    })
  )

  it.effect("drops steps, and nothing else, for an observer that falls far behind", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { layer, seen } = recorder(Deferred.await(gate))
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* Effect.forEach(
            Array.from({ length: 10_500 }, (_, i) => step(i)),
            emit
          )
          yield* emit(notice("last"))
          yield* Deferred.succeed(gate, undefined)
        }),
        Observer.all(layer)
      )
      expect(seen.length).toBe(10_001)
      expect(seen.at(-1)).toEqual(notice("last"))
    })
  )

  it.effect("logs the first failure of an observer, and keeps showing it events", () =>
    Effect.gen(function* () {
      let calls = 0
      const broken = Observer.make(() =>
        Effect.suspend(() => {
          calls += 1
          return Effect.fail("disk full")
        })
      )
      const { layer, seen } = recorder()
      const lines = yield* logged(
        Effect.provide(
          Effect.forEach(["one", "two"].map(notice), emit),
          Observer.all(broken, layer)
        )
      )
      expect(calls).toBe(2)
      expect(seen.length).toBe(2)
      expect(lines).toEqual(["an observer has failed: disk full"])
    })
  )

  it.effect("gives up on an observer that never ends, after five seconds", () =>
    Effect.gen(function* () {
      const { layer } = recorder(Effect.never)
      const run = Effect.provide(emit(notice("one")), Observer.all(layer))
      const fiber = yield* Effect.fork(logged(run))
      yield* TestClock.adjust("4 seconds")
      expect(fiber.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 seconds")
      const lines = yield* Fiber.join(fiber)
      expect(lines).toEqual(["an observer was too slow: it has not seen the last 1 events"])
    })
  )

  it.effect("fails with what a layer fails with", () =>
    Effect.gen(function* () {
      const failing = Layer.fail("no folder" as const)
      const error = yield* Effect.flip(
        Effect.provide(emit(notice("one")), Observer.all(Observer.silent, failing))
      )
      expect(error).toBe("no folder")
    })
  )
})

describe("emit", () => {
  it.effect("never fails by the observer of the run itself", () =>
    Effect.gen(function* () {
      const lines = yield* logged(
        Effect.provide(
          Effect.zipRight(emit(notice("one")), emit(notice("two"))),
          Observer.make(() => Effect.die(new Error("no terminal")))
        )
      )
      expect(lines).toEqual(["an observer has failed: Error: no terminal"])
    })
  )
})

describe("Pipeline.observe", () => {
  const pipeline = Pipeline.make(
    "p",
    Stage.make("say", { description: "", run: () => emit(notice("said")) })
  )

  it.effect("adds observers, each of which sees every event", () =>
    Effect.gen(function* () {
      const [own, a, b] = [recorder(), recorder(), recorder()]
      yield* pipeline
        .pipe(Pipeline.observe(a.layer), Pipeline.observe(b.layer))
        .run.pipe(Effect.provide(own.layer))
      for (const { seen } of [own, a, b]) expect(seen).toEqual([notice("said")])
    })
  )

  it.effect("shows it to the others where the run's own observer fails", () =>
    Effect.gen(function* () {
      const { layer, seen } = recorder()
      yield* logged(
        pipeline
          .pipe(Pipeline.observe(layer))
          .run.pipe(Effect.provide(Observer.make(() => Effect.die("closed"))))
      )
      expect(seen).toEqual([notice("said")])
    })
  )
})

describe("Event.Custom", () => {
  class ImageLogged extends Event.Custom("ImageLogged")<{ readonly path: string }> {}
  const logged: Event = new ImageLogged({ path: "3.png" })

  it("makes events that are recognised by their class, with a typed payload", () => {
    expect(logged instanceof ImageLogged && logged.payload.path).toBe("3.png")
    expect(notice("x") instanceof ImageLogged).toBe(false)
  })

  it("is a line of --json", () => {
    expect(JSON.parse(encode(logged, 0, null))).toEqual({
      event: "Custom",
      time: "1970-01-01T00:00:00.000Z",
      name: "ImageLogged",
      payload: { path: "3.png" }
    })
  })

  it("is not shown on a terminal", () => {
    expect(fromEvent(logged, { again: "", command: "" }, null)).toEqual([])
  })
})

describe("Observer.flush", () => {
  it.effect("flushes also while the run is being interrupted, and each of several", () =>
    Effect.gen(function* () {
      const flushed: Array<string> = []
      const buffering = (name: string) =>
        Layer.succeed(Observer, {
          emit: () => Effect.void,
          flush: Effect.zipRight(
            Effect.yieldNow(),
            Effect.sync(() => void flushed.push(name))
          )
        })
      const observers = Observer.all(buffering("a"), buffering("b"), Observer.silent)
      yield* Effect.gen(function* () {
        const run = yield* Effect.fork(
          Effect.ensuring(
            Effect.never,
            Effect.zipRight(
              flush,
              Effect.sync(() => void flushed.push("saved"))
            )
          )
        )
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(run)
      }).pipe(Effect.provide(observers))
      expect(flushed).toEqual(["a", "b", "saved"])
    })
  )

  it.effect("flushes where a second interruption comes meanwhile", () =>
    Effect.gen(function* () {
      const done: Array<string> = []
      const end = yield* Deferred.make<void>()
      const slow = Layer.succeed(Observer, {
        emit: () => Effect.void,
        flush: Effect.zipRight(
          Deferred.await(end),
          Effect.sync(() => void done.push("flushed"))
        )
      })
      yield* Effect.gen(function* () {
        const saving = Effect.tap(flush, (isDone) => Effect.sync(() => done.push(String(isDone))))
        const run = yield* Effect.fork(Effect.ensuring(Effect.never, saving))
        yield* Effect.yieldNow()
        yield* Fiber.interruptFork(run)
        for (let i = 0; i < 10; i++) yield* Effect.yieldNow()
        yield* Fiber.interruptFork(run)
        for (let i = 0; i < 10; i++) yield* Effect.yieldNow()
        yield* Deferred.succeed(end, undefined)
        yield* Fiber.await(run)
      }).pipe(Effect.provide(slow))
      expect(done).toEqual(["flushed", "true"])
    })
  )

  it.effect("does not wait for one that hangs", () =>
    Effect.gen(function* () {
      const hanging = Layer.succeed(Observer, { emit: () => Effect.void, flush: Effect.never })
      const saved = yield* Effect.fork(Effect.provide(flush, hanging))
      yield* TestClock.adjust("6 seconds")
      expect(yield* Fiber.join(saved)).toBe(false)
    })
  )
})
