import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { CheckpointStore, Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { blobs, BlobsConfig, checkExactness, session, type Outcome } from "holdfast/testing"
import { blobsNet } from "../../src/testing/Blobs.js"
import { essence } from "../../src/testing/Essence.js"
import { isDue } from "../../src/training/Validation.js"

const folder = "checkpoints"
const config = (training: object) => ({
  training: {
    checkpoint_dir: folder,
    num_epochs: 2,
    batch_size: 16,
    learning_rate: 0.02,
    seed: 7,
    ...training
  },
  model: {},
  data: { size: 128 }
})

const pipeline = Pipeline.make(
  "blobs",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch, Stages.validate, Stages.checkpoint)
)

const validated = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "Validated" ? [event] : []))

describe("training.validation_interval", () => {
  it.each([
    { interval: null, due: [] },
    { interval: 3, due: [3, 6] },
    { interval: 0.25, due: [2, 4, 6] },
    { interval: 0.3, due: [3, 5] },
    { interval: 0.01, due: [1, 2, 3, 4, 5, 6, 7] }
  ])("$interval is due after the steps $due of the first eight", ({ due, interval }) => {
    const steps = Array.from({ length: 9 }, (_, step) => step)
    expect(steps.filter((step) => isDue(interval, { globalStep: step, step }, 8 - step))).toEqual(
      due
    )
  })

  it("counts steps through all epochs", () => {
    expect(isDue(5, { globalStep: 10, step: 2 }, 6)).toBe(true)
    expect(isDue(5, { globalStep: 8, step: 5 }, 3)).toBe(false)
  })

  it.scopedLive("measures between steps, and leaves training as it is without", () =>
    Effect.gen(function* () {
      const ended = (training: object) =>
        Effect.gen(function* () {
          const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
          const outcome = yield* session(pipeline, {
            config: config(training),
            store: Layer.succeed(CheckpointStore, store)
          })
          const { checkpoint } = Option.getOrThrow(yield* store.openReadOnly(folder).latest)
          return { outcome, essence: JSON.stringify(yield* essence(checkpoint)) }
        })
      const [plain, inside] = [yield* ended({}), yield* ended({ validation_interval: 3 })]
      expect(validated(plain.outcome)).toEqual([])
      const found = validated(inside.outcome)
      expect(found.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual([
        [1, 3, 8],
        [1, 6, 8],
        [2, 1, 8],
        [2, 4, 8],
        [2, 7, 8]
      ])
      expect(Object.keys(found[0]!.metrics)).toEqual(["val_loss", "val_accuracy"])
      expect(inside.essence).toBe(plain.essence)
    })
  )

  it.scopedLive("is exact where a run is interrupted in the middle of it", () =>
    Effect.gen(function* () {
      const training = config({
        validation_interval: 0.5,
        num_epochs: 1,
        batch_size: 32,
        ema: { decay: 0.9 }
      })
      const { different, stops } = yield* checkExactness(pipeline, {
        config: training,
        folder,
        stopEvery: 2
      })
      expect(stops.length).toBeGreaterThan(4)
      expect(different).toEqual([])
    })
  )

  it.scopedLive("validates again what was interrupted", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
      const shared = {
        config: config({ validation_interval: 4 }),
        store: Layer.succeed(CheckpointStore, store)
      }
      const first = yield* session(pipeline, {
        ...shared,
        interruptAt: (event) => event._tag === "StepFinished" && event.phase === "validation"
      })
      expect(validated(first)).toEqual([])
      const second = yield* session(pipeline, shared)
      expect(validated(second).map(({ epoch, step }) => [epoch, step])).toEqual([
        [1, 4],
        [2, 4]
      ])
    })
  )
})
