import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("trackBest", () => {
  it.scopedLive("starts over with another metric or mode, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const valLoss = (epoch: number) => Math.abs(epoch - 3)
      yield* session({ folder, pipeline: pipelineOf({ valLoss }), training: { num_epochs: 4 } })
      expect((yield* checkpointIn(folder, "best_model")).meta.best).toMatchObject({ epoch: 3 })

      const best = { metric: "val_loss", mode: "max" } as const
      const { events, exit } = yield* session({
        folder,
        pipeline: pipelineOf({ valLoss, best }),
        training: { num_epochs: 6 }
      })
      expect(exit._tag).toBe("Success")
      const { meta } = yield* checkpointIn(folder, "best_model")
      expect(meta.best).toStrictEqual({ ...best, value: 3, epoch: 6 })
      expect(
        events.flatMap((event) =>
          event._tag === "Notice" && event.level === "warning" ? [event.message] : []
        )
      ).toStrictEqual([
        "trackBest now monitors val_loss (higher is better) instead of val_loss (lower is better): " +
          "it starts over, and what was best before does not count"
      ])
      expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 6 }))
    })
  )
})
