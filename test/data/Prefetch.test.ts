import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { DataError } from "holdfast"
import * as Prefetch from "../../src/data/Prefetch.js"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"

const request = (step: number) => ({ step, example: 4 * step })

/** Records when fetches start; each waits for the event loop if `waits`. */
const recording = (waits: boolean) => {
  const started: Array<number> = []
  const fetch = ({ step }: Prefetch.BatchRequest) =>
    Effect.suspend(() => {
      started.push(step)
      return Effect.as(waits ? yieldToEventLoop : Effect.void, `batch ${step}`)
    })
  return { fetch, started }
}

/** Of a split of so many batches that never ends unless `last` says where. */
const make = <B>(
  fetch: Prefetch.PrefetchOptions<B>["fetch"],
  { ahead = 1, last = Infinity }: { readonly ahead?: number; readonly last?: number } = {}
) =>
  Prefetch.make({
    fetch,
    next: ({ step }) => (step === last ? null : request(step + 1)),
    ahead
  })

const failure = new DataError({ reason: "Unreadable", path: "file", detail: "broken" })

describe("Prefetch", () => {
  it.scoped("starts the next fetch at once where the one before had to be waited for", () =>
    Effect.gen(function* () {
      const { fetch, started } = recording(true)
      const prefetch = yield* make(fetch)
      expect(yield* prefetch.take(request(0))).toBe("batch 0")
      expect(started).toStrictEqual([0, 1])
      expect(yield* prefetch.take(request(1))).toBe("batch 1")
      expect(started).toStrictEqual([0, 1, 2])
    })
  )

  it.scoped("keeps fewer of large batches on their way, but one", () =>
    Effect.gen(function* () {
      const large = { inputs: { a: new Uint8Array(3 << 26), b: new Float32Array(2) } }
      expect(Prefetch.aheadOf(large, 4)).toBe(1)
      expect(Prefetch.aheadOf({ inputs: new Uint8Array(1 << 27) }, 4)).toBe(2)
      expect(Prefetch.aheadOf({ inputs: new Float32Array(8), size: 1 }, 4)).toBe(4)
      const started: Array<number> = []
      const prefetch = yield* make(
        ({ step }) => {
          started.push(step)
          return Effect.as(yieldToEventLoop, large)
        },
        { ahead: 4 }
      )
      yield* prefetch.take(request(0))
      expect(started).toStrictEqual([0, 1])
    })
  )

  it.scoped("keeps several fetches on their way, and none past the last batch", () =>
    Effect.gen(function* () {
      const { fetch, started } = recording(true)
      const prefetch = yield* make(fetch, { ahead: 3, last: 4 })
      const taken: Array<string> = []
      for (let step = 0; step < 5; step++) {
        taken.push(yield* prefetch.take(request(step)))
        expect(started).toStrictEqual([0, 1, 2, 3, 4].slice(0, step + 4))
      }
      expect(taken).toStrictEqual([0, 1, 2, 3, 4].map((step) => `batch ${step}`))
    })
  )

  it.scoped("gives batches in the order of the steps though later ones are there first", () =>
    Effect.gen(function* () {
      const first = yield* Deferred.make<void>()
      const prefetch = yield* make(
        ({ step }) =>
          step === 1
            ? Effect.as(Deferred.await(first), step)
            : Effect.zipRight(
                yieldToEventLoop,
                Effect.as(step === 2 ? Deferred.succeed(first, undefined) : Effect.void, step)
              ),
        { ahead: 2 }
      )
      const taken: Array<number> = []
      for (let step = 0; step < 3; step++) taken.push(yield* prefetch.take(request(step)))
      expect(taken).toStrictEqual([0, 1, 2])
    })
  )

  it.scoped("fetches nothing ahead where fetching is synchronous", () =>
    Effect.gen(function* () {
      const { fetch, started } = recording(false)
      const prefetch = yield* make(fetch)
      for (let step = 0; step < 3; step++) {
        expect(yield* prefetch.take(request(step))).toBe(`batch ${step}`)
      }
      expect(started).toStrictEqual([0, 1, 2])
    })
  )

  it.scoped("stops fetching ahead once a fetch is synchronous, as from a cache", () =>
    Effect.gen(function* () {
      const started: Array<number> = []
      const prefetch = yield* make(({ step }) => {
        started.push(step)
        return Effect.as(step === 0 ? yieldToEventLoop : Effect.void, step)
      })
      yield* prefetch.take(request(0))
      expect(yield* prefetch.take(request(1))).toBe(1)
      expect(started).toStrictEqual([0, 1])
    })
  )

  it.scoped("interrupts the fetch of another batch than the one taken", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const prefetch = yield* make(({ step }) =>
        step === 1
          ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted++))
          : Effect.as(yieldToEventLoop, step)
      )
      yield* prefetch.take(request(0))
      expect(yield* prefetch.take(request(7))).toBe(7)
      expect(interrupted).toBe(1)
    })
  )

  it.live("leaves no fetch behind when its scope closes, and waits for it to end", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<void>()
      let isDone = false
      const cleanUp = Effect.zipRight(
        Effect.zipRight(
          yieldToEventLoop,
          Effect.sync(() => void (isDone = true))
        ),
        Deferred.succeed(ended, undefined)
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const prefetch = yield* make(({ step }) =>
            step === 0 ? yieldToEventLoop : Effect.onInterrupt(Effect.never, () => cleanUp)
          )
          yield* prefetch.take(request(0))
          // Also the fiber that waits for the batch may be interrupted.
          const waiting = yield* Effect.fork(prefetch.take(request(1)))
          yield* yieldToEventLoop
          expect(Exit.isInterrupted(yield* Fiber.interrupt(waiting))).toBe(true)
          expect(isDone).toBe(false)
        })
      )
      expect(isDone).toBe(true)
      yield* Deferred.await(ended)
    })
  )

  it.scoped("fails when the batch that failed is taken, not before", () =>
    Effect.gen(function* () {
      const prefetch = yield* make(({ step }) =>
        Effect.zipRight(yieldToEventLoop, step === 1 ? Effect.fail(failure) : Effect.void)
      )
      yield* prefetch.take(request(0))
      yield* yieldToEventLoop
      yield* yieldToEventLoop
      expect(yield* Effect.flip(prefetch.take(request(1)))).toBe(failure)
    })
  )
})
