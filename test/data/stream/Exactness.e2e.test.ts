import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  CheckpointStore,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages,
  type Batch,
  type Rng
} from "holdfast"
import { BlobsConfig, checkExactness, session } from "holdfast/testing"
import { blobs, blobsNet } from "../../../src/testing/Blobs.js"
import { following } from "../../../src/data/Order.js"
import { yieldToEventLoop } from "../../../src/io/EventLoop.js"

const folder = "checkpoints"
const config = (training: object = {}) => ({
  training: {
    checkpoint_dir: folder,
    num_epochs: 2,
    batch_size: 16,
    learning_rate: 0.02,
    seed: 7,
    ...training
  },
  model: {},
  // Six full batches; with 100, four examples more.
  data: { size: 96 }
})

interface Example {
  readonly input: ReadonlyArray<number>
  readonly label: number
}

/** The blobs as streams: each epoch begins with another of them. */
const load = (config: BlobsConfig) =>
  Effect.gen(function* () {
    const { test: _, train, validation, ...rest } = yield* blobs(config)
    const all = (split: typeof train) =>
      Effect.map(split.batch(following(0, split.size)), ({ inputs, labels, size }) =>
        Array.from({ length: size }, (_, i): Example => ({
          input: Array.from(inputs.subarray(8 * i, 8 * i + 8)),
          label: labels[i]!
        }))
      )
    const trained = yield* all(train)
    const validated = yield* all(validation)
    return yield* Dataset.fromStream<Example, Batch>({
      ...rest,
      version: "1",
      train: async function* (epoch) {
        for (let i = 0; i < trained.length; i++) {
          if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
          yield trained[(i + epoch) % trained.length]!
        }
      },
      validation: () => Stream.tap(Stream.fromIterable(validated), () => yieldToEventLoop),
      shuffle: 40,
      ahead: 3,
      collate: (examples, rng: Rng = () => 0.5) => ({
        size: examples.length,
        inputs: Float32Array.from(examples.flatMap(({ input }) => input.map((x) => x + rng() / 4))),
        labels: Int32Array.from(examples, ({ label }) => label)
      })
    })
  })

const pipeline = Pipeline.make(
  "streams",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  )
)

describe("a run on streams of unknown length", () => {
  it.scopedLive("ends with the same bits when it is stopped anywhere and resumed", () =>
    Effect.gen(function* () {
      const exactness = yield* checkExactness(pipeline, {
        config: config({ validation_interval: 4 }),
        folder,
        stopEvery: 9
      })
      expect(exactness.stops.length).toBeGreaterThan(3)
      expect(exactness.different).toEqual([])
      const dropping = yield* checkExactness(pipeline, {
        config: { ...config({ drop_last: true, ema: {} }), data: { size: 100 } },
        folder,
        stopEvery: 17,
        kill: true
      })
      expect(dropping.different).toEqual([])
    })
  )

  it.scopedLive("knows how many steps there are when the end is seen", () =>
    Effect.gen(function* () {
      const { events } = yield* session(pipeline, {
        config: config(),
        store: CheckpointStore.memory
      })
      const steps = events.flatMap((event) =>
        event._tag === "StepFinished" && event.phase === "train" ? [[event.step, event.steps]] : []
      )
      const epoch = [1, 2, 3, 4, 5].map((step) => [step, null])
      expect(steps).toEqual([...epoch, [6, 6], ...epoch, [6, 6]])
      const loaded = events.find((event) => event._tag === "DatasetLoaded")
      expect(loaded).toMatchObject({ sizes: { train: null, validation: null, test: 0 } })
      expect(events.find((event) => event._tag === "EpochFinished")).toMatchObject({
        record: { val_accuracy: expect.any(Number) as number }
      })
    })
  )

  it.scopedLive.each([
    { scheduler: { name: "cosine", unit: "step" } },
    { validation_interval: 0.5 },
    { sampler: "class_balanced" },
    { class_weights: "balanced" }
  ])("refuses %j, which goes by the length", (training) =>
    Effect.gen(function* () {
      const { exit } = yield* session(pipeline, {
        config: config(training),
        store: CheckpointStore.memory
      })
      expect(JSON.stringify(exit)).toContain(`training.${Object.keys(training)[0]}`)
    })
  )
})
