import { expect, it } from "@effect/vitest"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { Stage, Stages, type Event, type Run } from "holdfast"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

// Four steps an epoch.
const places = (events: ReadonlyArray<Event>) =>
  events.flatMap((event) =>
    event._tag === "CheckpointSaved" && event.name === "latest"
      ? [`${event.position.epoch}.${event.position.step}`]
      : []
  )

it.scopedLive("saves by steps inside epochs, and resumes from there exactly", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const training = { num_epochs: 3, save_interval: "3 steps" }
    const { events } = yield* session({ folder, training })
    expect(places(events)).toEqual(["0.3", "1.2", "2.1", "3.0"])
    const straight = yield* Effect.flatMap(checkpointIn(folder), essence)

    const again = yield* temporaryFolder
    yield* session({
      folder: again,
      training,
      interruptAt: (event) => event._tag === "CheckpointSaved" && event.position.step === 2
    })
    yield* session({ folder: again, training })
    expect(yield* Effect.flatMap(checkpointIn(again), essence)).toStrictEqual(straight)
  })
)

it.scopedLive("saves by the clock, counted from the last save, whichever comes first", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    // Each batch takes four minutes, by the clock of the test.
    const train = Stage.make("trainEpoch", {
      ...Stages.trainEpoch,
      resumable: true,
      run: (run: Run.Run) =>
        Stages.trainEpoch.run({
          ...run,
          dataset: {
            ...run.dataset,
            train: {
              ...run.dataset.train,
              batch: (indices, draw) =>
                Effect.zipRight(
                  TestClock.adjust("4 minutes"),
                  run.dataset.train.batch(indices, draw)
                )
            }
          }
        })
    })
    const { events, exit } = yield* session({
      folder,
      training: {
        num_epochs: 3,
        save_interval: ["10 minutes", "2 epochs"],
        // No renewal keeps up with a clock that leaps by minutes.
        lock_timeout: 3600
      },
      pipeline: pipelineOf({ train: train as never, valLoss: (epoch) => epoch })
    }).pipe(Effect.provide(TestContext.TestContext), Effect.provide(NodeFileSystem.layer))
    expect(exit._tag).toBe("Success")
    // Saved as the best at the end of the first epoch, and by number at that of the second.
    expect(places(events)).toEqual(["0.3", "1.3", "2.0", "2.3", "3.0"])
  })
)
