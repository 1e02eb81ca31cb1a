import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Stage, type Run } from "holdfast"
import { epochOfWeights } from "../../src/checkpointing/Checkpoint.js"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("epochOfWeights", () => {
  it.each([
    { at: "between epochs", epoch: 4, step: 0, expected: 4 },
    { at: "inside an epoch, after some step of it", epoch: 3, step: 7, expected: 4 },
    { at: "before the first step", epoch: 0, step: 0, expected: 0 }
  ])("$at", ({ epoch, expected, step }) => {
    expect(epochOfWeights({ epoch, step })).toBe(expected)
  })
})

describe("evaluate", () => {
  it.scopedLive("names the best epoch, also where stages follow the checkpoint", () =>
    Effect.gen(function* () {
      const last = Stage.make("last", {
        description: "do nothing",
        run: (run: Run.Run) => Effect.succeed(run)
      })
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 3), last })
      const folder = yield* temporaryFolder
      const { events } = yield* session({ folder, pipeline })
      expect((yield* checkpointIn(folder, "best_model")).meta).toMatchObject({
        epoch: 2,
        position: { stage: "last" },
        best: { epoch: 3 }
      })
      expect(events).toContainEqual(expect.objectContaining({ _tag: "RunFinished", epoch: 4 }))
      expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 3 }))
    })
  )
})
