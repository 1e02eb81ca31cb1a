import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { lookUpOnce } from "../../src/io/lookUpOnce.js"

describe("lookUpOnce", () => {
  it.live("looks up once, and answers after the first who asked was interrupted", () =>
    Effect.gen(function* () {
      let lookups = 0
      const asked = yield* Deferred.make<void>()
      const ready = yield* Deferred.make<void>()
      const lookUp = Effect.sync(() => ++lookups).pipe(
        Effect.zipLeft(Deferred.succeed(asked, undefined)),
        Effect.zipLeft(Deferred.await(ready))
      )
      const answer = lookUpOnce(lookUp)
      const first = yield* Effect.fork(answer)
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(ready, undefined)
      expect([yield* answer, yield* answer]).toEqual([1, 1])
    })
  )
})
