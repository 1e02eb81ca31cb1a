import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { keep, termsOf } from "../../src/sweep/postgres/Keep.js"

const terms = termsOf(10_000)

/** Work that ends a while after it is interrupted, or at once when it is killed. */
const slow = (takes: number) =>
  Effect.gen(function* () {
    const killed = yield* Deferred.make<void>()
    const log = yield* Ref.make<ReadonlyArray<string>>([])
    const note = (what: string) => Ref.update(log, (all) => [...all, what])
    return {
      log,
      kill: Effect.zipRight(note("killed"), Deferred.succeed(killed, undefined)),
      run: Effect.onInterrupt(Effect.never, () =>
        Effect.forkDaemon(Effect.delay(Deferred.succeed(killed, undefined), takes)).pipe(
          Effect.zipRight(Deferred.await(killed)),
          Effect.zipRight(note("ended"))
        )
      )
    }
  })

describe("Keep.keep", () => {
  it.effect("gives what the work gives, while the claim is renewed", () =>
    Effect.gen(function* () {
      const renewals = yield* Ref.make(0)
      const work = {
        renew: Effect.as(
          Ref.update(renewals, (n) => n + 1),
          true
        ),
        run: Effect.delay(Effect.succeed("done"), 20_000),
        kill: Effect.void
      }
      const fiber = yield* Effect.fork(keep(terms, work))
      yield* TestClock.adjust(20_000)
      expect(yield* Fiber.join(fiber)).toEqual(Option.some("done"))
      expect(yield* renewals).toBeGreaterThanOrEqual(9)
    })
  )

  it.effect("ends the work when the claim is another's", () =>
    Effect.gen(function* () {
      const { kill, log, run } = yield* slow(500)
      const fiber = yield* Effect.fork(keep(terms, { renew: Effect.succeed(false), run, kill }))
      yield* TestClock.adjust(terms.every + 500)
      expect(yield* Fiber.join(fiber)).toEqual(Option.none())
      expect(yield* log).toEqual(["ended"])
    })
  )

  it.effect.each([
    ["fails", Effect.fail("away")],
    ["does not answer", Effect.never]
  ] as const)("ends the work before the claim is over when a renewal %s", ([, renew]) =>
    Effect.gen(function* () {
      const { kill, log, run } = yield* slow(60_000)
      const fiber = yield* Effect.fork(keep(terms, { renew, run, kill }))
      yield* TestClock.adjust(terms.end - 100)
      expect(yield* log).toEqual([])
      yield* TestClock.adjust(100)
      expect(yield* log).toEqual(["killed", "ended"])
      expect(yield* Fiber.join(fiber)).toEqual(Option.none())
    })
  )

  it.effect("survives renewals that fail for less than that", () =>
    Effect.gen(function* () {
      const calls = yield* Ref.make(0)
      const renew = Effect.flatMap(
        Ref.updateAndGet(calls, (n) => n + 1),
        (n) => (n % 3 === 0 ? Effect.succeed(true) : Effect.fail("away"))
      )
      const run = Effect.delay(Effect.succeed(1), 24_000)
      const fiber = yield* Effect.fork(keep(terms, { renew, run, kill: Effect.void }))
      yield* TestClock.adjust(24_000)
      expect(yield* Fiber.join(fiber)).toEqual(Option.some(1))
    })
  )

  it.effect("renews until the work has ended when it is interrupted", () =>
    Effect.gen(function* () {
      const { kill, log, run } = yield* slow(8000)
      const renewals = yield* Ref.make(0)
      const renew = Effect.as(
        Ref.update(renewals, (n) => n + 1),
        true
      )
      const fiber = yield* Effect.fork(keep(terms, { renew, run, kill }))
      yield* TestClock.adjust(1)
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust(8000)
      yield* Fiber.join(interrupting)
      expect(yield* log).toEqual(["ended"])
      expect(yield* renewals).toBeGreaterThanOrEqual(3)
    })
  )
})
