import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Observer, Progress, type Event } from "holdfast"
import { CheckpointError } from "../../src/checkpointing/CheckpointError.js"
import * as SaveQueue from "../../src/training/SaveQueue.js"

const full = new CheckpointError({ reason: "NoSpace", path: "latest", detail: "" })

/** A queue whose writes wait for `open`, fail while `broken`, and are written down. */
const makeScene = Effect.gen(function* () {
  const written: Array<string> = []
  const disposed: Array<string> = []
  const gate = yield* Deferred.make<void>()
  const scene = { broken: false, dies: false, atOnce: 0, most: 0 }
  const queue = yield* SaveQueue.make(({ name, snapshot }) =>
    Effect.gen(function* () {
      scene.most = Math.max(scene.most, ++scene.atOnce)
      yield* Deferred.await(gate)
      yield* Effect.yieldNow()
      scene.atOnce -= 1
      if (scene.dies) return yield* Effect.die("a bug")
      if (scene.broken) return yield* full
      // A snapshot that has been disposed of has nothing left to be written.
      expect(disposed).not.toContain(`${name} ${snapshot.progress.epoch}`)
      written.push(`${name} ${snapshot.progress.epoch}`)
    })
  )
  const enqueue = (name: "latest" | "best", epoch: number) =>
    queue.enqueue({
      name,
      pauseMillis: 0,
      at: "2026-01-01T00:00:00.000Z",
      snapshot: {
        progress: { ...Progress.initial, epoch },
        checkpoint: undefined as never,
        weights: [],
        dispose: () => disposed.push(`${name} ${epoch}`)
      }
    })
  return { scene, queue, enqueue, written, disposed, open: Deferred.succeed(gate, undefined) }
})

const notices: Array<Event> = []
const observer = Layer.succeed(Observer, {
  emit: (event) => Effect.sync(() => void notices.push(event))
})

describe("SaveQueue", () => {
  it.scoped("writes in the background, one at a time, and leaves none out", () =>
    Effect.gen(function* () {
      const { disposed, enqueue, open, queue, scene, written } = yield* makeScene
      yield* enqueue("latest", 1)
      yield* Effect.yieldNow()
      yield* enqueue("best", 2)
      yield* enqueue("latest", 2)
      const third = yield* Effect.fork(enqueue("latest", 3))
      yield* Effect.yieldNow()
      // The third waits for the second, which waits for the first: nothing is left out.
      expect(third.unsafePoll()).toBe(null)
      expect([written, disposed]).toStrictEqual([[], []])
      yield* open
      yield* Fiber.join(third)
      yield* queue.drain
      expect(written).toStrictEqual(["latest 1", "best 2", "latest 2", "latest 3"])
      expect(disposed).toStrictEqual(written)
      expect(scene.most).toBe(1)
    }).pipe(Effect.provide(observer))
  )

  it.scopedLive("reports a failure and tries again with the next order, the best too", () =>
    Effect.gen(function* () {
      const { disposed, enqueue, open, queue, scene, written } = yield* makeScene
      notices.length = 0
      yield* open
      scene.broken = true
      yield* enqueue("best", 1)
      yield* Effect.sleep("20 millis")
      yield* enqueue("best", 2)
      yield* Effect.sleep("20 millis")
      expect(notices.length).toBe(1)
      scene.broken = false
      yield* enqueue("latest", 3)
      yield* queue.drain
      expect(written).toStrictEqual(["best 2", "latest 3"])
      expect(disposed).toStrictEqual(["best 1", "best 2", "latest 3"])
      expect(notices).toMatchObject([{ _tag: "Notice", level: "warning" }])
      expect(JSON.stringify(notices)).toContain("does not fit on the disk")
    }).pipe(Effect.provide(observer))
  )

  it.scoped("fails in the end with what could not be written, and keeps nothing", () =>
    Effect.gen(function* () {
      const { disposed, enqueue, open, queue, scene, written } = yield* makeScene
      yield* open
      scene.broken = true
      yield* enqueue("latest", 1)
      expect(yield* Effect.flip(queue.drain)).toBe(full)
      expect(written).toStrictEqual([])
      expect(disposed).toStrictEqual(["latest 1"])
    }).pipe(Effect.provide(observer))
  )

  it.scopedLive("reports a defect in the background, once, and continues writing", () =>
    Effect.gen(function* () {
      const { disposed, enqueue, open, queue, scene, written } = yield* makeScene
      const bug = Exit.die("a bug")
      yield* open
      scene.dies = true
      yield* enqueue("latest", 1)
      yield* Effect.sleep("20 millis")
      scene.dies = false
      expect(yield* Effect.exit(enqueue("latest", 2))).toStrictEqual(bug)
      yield* queue.drain
      expect(written).toStrictEqual(["latest 2"])
      scene.dies = true
      yield* enqueue("latest", 3)
      expect(yield* Effect.exit(queue.drain)).toStrictEqual(bug)
      expect(disposed).toStrictEqual(["latest 1", "latest 2", "latest 3"])
    }).pipe(Effect.provide(observer))
  )

  it.scopedLive(
    "has training wait a tenth of a step for a save in progress, and not once it is over",
    () =>
      Effect.gen(function* () {
        const { enqueue, open, queue } = yield* makeScene
        const breath = (step: number) =>
          Effect.map(
            Effect.timed(Effect.suspend(() => queue.yieldToEventLoop(performance.now() - step))),
            ([duration]) => Duration.toMillis(duration)
          )
        // Were they waited for, a tenth of these would outlast the test.
        yield* breath(10_000_000)
        yield* enqueue("latest", 1)
        const meanwhile = yield* breath(1000)
        const until = yield* Effect.fork(breath(10_000_000))
        yield* Effect.sleep("20 millis")
        yield* open
        yield* Fiber.join(until)
        expect(meanwhile).toBeGreaterThan(95)
        yield* queue.drain
        yield* breath(10_000_000)
      }).pipe(Effect.provide(observer))
  )
})
