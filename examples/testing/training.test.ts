/**
 * Tests of a pipeline, with vitest here: training with virtual time, an interruption, and exactness.
 *
 *   npx vitest run training.test.ts
 */
import {
  CheckpointStore,
  Objective,
  Optimizer,
  Pipeline,
  type Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, blobsNet, checkExactness, session } from "holdfast/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { describe, expect, it } from "vitest"

/** Lets six minutes of virtual time pass: the test takes no longer for it. */
const sixMinutes = Stage.make("sixMinutes", {
  description: "take six minutes",
  run: (run: Run.Run) => Effect.as(TestClock.adjust("6 minutes"), run)
})

const epochOf = <E, R>(...slow: ReadonlyArray<Stages.EpochStage<E, R>>) =>
  Pipeline.make(
    "tested",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) => blobs(config)),
    Stages.restoreOrInit({
      model: blobsNet,
      objective: Objective.classification,
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    }),
    Stages.epochs(Stages.trainEpoch, Stages.validate, ...slow, Stages.checkpoint)
  )

const config = {
  training: {
    checkpoint_dir: "checkpoints",
    num_epochs: 10,
    batch_size: 25,
    learning_rate: 0.01,
    seed: 1,
    save_interval: ["20 minutes"]
  },
  model: {},
  data: {}
}

describe("a pipeline", () => {
  it("saves every 20 minutes, an hour's training tested in a second", async () => {
    const { events } = await Effect.runPromise(
      session(epochOf(sixMinutes), { config, store: CheckpointStore.memory }).pipe(
        Effect.provide(TestContext.TestContext)
      )
    )
    const saved = events.flatMap((event) =>
      event._tag === "CheckpointSaved" ? [event.position.epoch] : []
    )
    // Four epochs take 24 minutes; the last save is that of the end.
    expect(saved).toEqual([4, 8, 10])
  })

  it("is exact, wherever it is interrupted", async () => {
    const training = { ...config.training, num_epochs: 2 }
    const { different } = await Effect.runPromise(
      checkExactness(epochOf(), {
        config: { ...config, training },
        folder: training.checkpoint_dir,
        stopEvery: 4
      })
    )
    expect(different).toEqual([])
  })
})
