import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("stepScheduler", () => {
  it.scopedLive(
    "gives plateau the metrics of each epoch, by which the rate of the next changes",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const pipeline = pipelineOf({ valLoss: (epoch) => (epoch === 1 ? 1 : 2) })
        const scheduler = { name: "plateau", factor: 0.5, patience: 1 }
        const { events } = yield* session({ folder, pipeline, training: { scheduler } })
        const rates = events.flatMap((event) =>
          event._tag === "EpochFinished" ? [event.record.learning_rate] : []
        )
        // Epoch 1 is the best; the second one after it without an improvement halves the rate.
        expect(rates).toStrictEqual([0.02, 0.02, 0.02, 0.01])
        const { meta } = yield* checkpointIn(folder)
        expect(meta.scheduler_state_dict).toMatchObject({ name: "plateau", last_epoch: 4 })
      })
  )
})
