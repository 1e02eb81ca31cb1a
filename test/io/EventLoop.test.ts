import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { stat } from "node:fs"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"

describe("yield", () => {
  /** Continues at each place in a turn of the loop from where a computation may begin. */
  const places = {
    timer: (then: () => void) => setTimeout(then),
    poll: (then: () => void) => stat(".", then),
    check: (then: () => void) => setImmediate(then)
  }

  for (const place of ["timer", "poll", "check"] as const) {
    it(`serves a signal that came during a computation, begun in the ${place} phase`, async () => {
      let seen = false
      const note = () => (seen = true)
      process.once("SIGUSR2", note)
      const served = await new Promise((resolve) =>
        places[place](() => {
          process.kill(process.pid, "SIGUSR2")
          void Effect.runPromise(Effect.map(yieldToEventLoop, () => seen)).then(resolve)
        })
      )
      process.off("SIGUSR2", note)
      expect(served).toBe(true)
    })
  }
})
