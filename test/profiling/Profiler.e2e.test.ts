import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import {
  CheckpointStore,
  Objective,
  Optimizer,
  Pipeline,
  Profiler,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, essence, session } from "holdfast/testing"
import * as tf from "holdfast/tf"
import { tables } from "../../src/cli/ShowProfile.js"
import { blobsNet } from "../../src/testing/Blobs.js"

const config = {
  training: {
    checkpoint_dir: "checkpoints",
    num_epochs: 2,
    batch_size: 16,
    learning_rate: 0.02,
    seed: 7
  },
  model: {},
  data: { size: 80 }
}

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
  Stages.epochs(Stages.trainEpoch, Stage.group("assess", Stages.validate, Stages.checkpoint))
)

/** The last checkpoint of a run. */
const ended = <Out, E, R>(pipeline: Pipeline.Pipeline<Out, E, R>) =>
  Effect.gen(function* () {
    const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
    yield* session(pipeline, { config, store: Layer.succeed(CheckpointStore, store) })
    const { checkpoint } = Option.getOrThrow(yield* store.openReadOnly("checkpoints").latest)
    return JSON.stringify(yield* essence(checkpoint))
  })

describe("Profiler.profiled", () => {
  it.scopedLive("times stages, parts of steps and layers, and changes no bit of the run", () =>
    Effect.gen(function* () {
      const plain = yield* ended(pipeline)
      const gradients = Object.getOwnPropertyDescriptor(tf.engine(), "gradients")
      let found: Profiler.Profile | undefined
      const timed = Profiler.profiled(pipeline, (profile) =>
        Effect.sync(() => void (found = profile))
      )
      expect(yield* ended(timed)).toBe(plain)
      expect(Object.getOwnPropertyDescriptor(tf.engine(), "gradients")).toEqual(gradients)

      const { folder, layers, parts, segments, stages, steps } = found!
      expect(folder).toBe("checkpoints")
      expect(steps).toBe(10)
      expect(stages.map(({ count, depth, name }) => [name, depth, count])).toEqual([
        ["loadConfig", 0, 1],
        ["loadDataset", 0, 1],
        ["restoreOrInit", 0, 1],
        ["epochs", 0, 1],
        ["trainEpoch", 1, 2],
        ["validate", 1, 2],
        ["checkpoint", 1, 2]
      ])
      // Two dense layers, batch normalization and dropout, forward and backward, without validation.
      expect(layers.map(({ kind }) => kind)).toEqual([
        "Dense",
        "BatchNormalization",
        "Dropout",
        "Dense"
      ])
      for (const layer of layers) expect(Math.min(layer.forward, layer.backward)).toBeGreaterThan(0)
      expect(parts.forward.count).toBe(40)
      expect(parts.data.count).toBe(10)
      const sum = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)
      expect(parts.forward.milliseconds).toBeCloseTo(sum(layers.map((one) => one.forward)), 6)
      expect(parts.backward.milliseconds).toBeCloseTo(sum(layers.map((one) => one.backward)), 6)
      // What is inside of the training stage takes no longer than it.
      const inside = sum(Object.values(parts).map(({ milliseconds }) => milliseconds))
      expect(inside).toBeLessThan(stages.find(({ name }) => name === "trainEpoch")!.milliseconds)
      for (const one of segments) expect(one.milliseconds).toBeGreaterThanOrEqual(0)

      const text = tables(found!)
      expect(text).toMatch(/^ {2}trainEpoch +2 /m)
      expect(text).toMatch(/^dense_1 +Dense /m)
      const { traceEvents } = Profiler.toTrace(found!) as {
        readonly traceEvents: ReadonlyArray<Record<string, unknown>>
      }
      expect(traceEvents.find(({ name }) => name === "dense_2")).toMatchObject({ ph: "X", tid: 1 })
    })
  )

  it.scopedLive("gives what was timed where a run is interrupted, or fails", () =>
    Effect.gen(function* () {
      let found: Profiler.Profile | undefined
      const timed = Profiler.profiled(pipeline, (profile) =>
        Effect.sync(() => void (found = profile))
      )
      yield* session(timed, {
        config,
        store: CheckpointStore.memory,
        interruptAt: (event) => event._tag === "StepFinished"
      })
      expect(found!.steps).toBeGreaterThan(0)
      yield* session(timed, { config: {}, store: CheckpointStore.memory })
      expect([found!.steps, found!.folder]).toEqual([0, null])
    })
  )
})
