import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("trainEpoch", () => {
  it.scopedLive("trains on every example once an epoch, in another order each time", () =>
    Effect.gen(function* () {
      const drawn: Array<number> = []
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ onBatch: (indices) => void drawn.push(...indices) })
      yield* session({ folder, pipeline, training: { num_epochs: 2 }, data: { size: 50 } })
      const [first, second] = [drawn.slice(0, 50), drawn.slice(50)]
      const all = Array.from({ length: 50 }, (_, i) => i)
      for (const epoch of [first, second]) {
        expect(epoch.toSorted((a, b) => a - b)).toStrictEqual(all)
      }
      expect(second).not.toStrictEqual(first)
    })
  )
})
