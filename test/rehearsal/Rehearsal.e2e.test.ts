import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import {
  CheckpointStore,
  Holdfast,
  Objective,
  Observer,
  Optimizer,
  Pipeline,
  Rehearsal,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, session } from "holdfast/testing"
import { blobsNet } from "../../src/testing/Blobs.js"
import * as tf from "holdfast/tf"
import { testBackend } from "../support/backend.js"

const config = (training: object = {}) => ({
  training: {
    checkpoint_dir: "nowhere",
    num_epochs: 30,
    batch_size: 16,
    learning_rate: 0.02,
    seed: 7,
    ...training
  },
  model: {},
  data: { size: 100 }
})

/** Fails if the folder of the run is opened. */
const untouched = Layer.succeed(CheckpointStore, {
  open: () => Effect.dieMessage("the store was opened"),
  openReadOnly: () => Effect.dieMessage("the store was read")
} as never)

const pipelineOf = (options: { readonly seen?: Array<string>; readonly units?: number } = {}) =>
  Pipeline.make(
    "blobs",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) => blobs(config)),
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
    ),
    Stages.evaluate("test"),
    Stage.make("after", {
      description: "what the user does then",
      run: (run: unknown) =>
        Effect.map(Rehearsal.isActive, (active) => {
          options.seen?.push(active ? "rehearsed" : "run")
          return run
        })
    })
  ).pipe(Pipeline.observe(Observer.make(() => Effect.sync(() => options.seen?.push("event")))))

const services = (training: object = {}) =>
  Holdfast.layer({
    config: config(training),
    store: untouched,
    backend: testBackend,
    observer: Observer.silent
  })

describe("Rehearsal.findLearningRate", () => {
  it.scoped("suggests a rate at which the loss falls, and touches nothing of the run", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const before = tf.memory().numTensors
      const found = yield* Rehearsal.findLearningRate(pipelineOf({ seen }), { steps: 60 })
      expect(found.suggestion).toBeGreaterThan(1e-5)
      expect(found.suggestion).toBeLessThan(found.lowest)
      const rates = found.tried.map(({ rate }) => rate)
      expect(rates[0]).toBe(1e-7)
      expect(rates[1]! / rates[0]!).toBeCloseTo(10 ** (8 / 59), 9)
      expect(seen).toEqual([])
      // Some stay for the process, such as those of the gradients' check.
      expect(tf.memory().numTensors - before).toBeLessThan(200)
    }).pipe(Effect.provide(services({ resume_from: "latest" })))
  )

  it.scoped("says so where the loss never falls", () =>
    Effect.gen(function* () {
      const options = { from: 1e-12, to: 1e-11, steps: 60 }
      const error = yield* Effect.flip(Rehearsal.findLearningRate(pipelineOf(), options))
      expect((error as Error).message).toContain("the loss never fell in 60 steps")
    }).pipe(Effect.provide(services()))
  )

  it.scoped("refuses options that are out of range, and pipelines that do not train", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Rehearsal.findLearningRate(pipelineOf(), { from: 1, to: 0.1 })
      )
      expect((error as Error).message).toBe("to is 0.1; allowed: a number greater than from")
      const idle = Pipeline.make("idle", Stages.loadConfig(BlobsConfig))
      const other = yield* Effect.flip(Rehearsal.findLearningRate(idle))
      expect((other as Error).message).toContain("trains nothing")
    }).pipe(Effect.provide(services()))
  )
})

describe("Rehearsal.findBatchSize", () => {
  it.scoped("doubles the size until the training split is used up", () =>
    Effect.gen(function* () {
      const found = yield* Rehearsal.findBatchSize(pipelineOf(), { from: 4, steps: 1 })
      const sizes = found.tried.map(({ size }) => size)
      expect(sizes.slice(0, 3)).toEqual([4, 8, 16])
      expect(sizes).toContain(found.suggestion)
      if (found.stopped === "Largest") expect(sizes.at(-1)).toBe(100)
    }).pipe(Effect.provide(services()))
  )
})

describe("Rehearsal.overfit", () => {
  it.scoped("brings the loss of one batch near zero", () =>
    Effect.gen(function* () {
      const { batches, first, last, steps } = yield* Rehearsal.overfit(pipelineOf())
      expect(batches).toBe(1)
      expect(last).toBeLessThan(first / 20)
      expect(steps).toBeLessThan(300)
    }).pipe(Effect.provide(services({ label_smoothing: 0.2, mixup: 1 })))
  )

  it.scoped("fails where the loss does not get there, and says what to look at", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Rehearsal.overfit(pipelineOf(), { passes: 5 }))
      expect((error as Error).message).toContain("in 5 steps on the same 1 batches")
    }).pipe(Effect.provide(services({ learning_rate: 1e-6 })))
  )
})

describe("Rehearsal.evaluate", () => {
  /** Trains a number of epochs, in a store that is given. */
  const train = (store: Layer.Layer<CheckpointStore>, epochs: number) =>
    Effect.map(
      session(pipelineOf(), { config: config({ num_epochs: epochs, ema: { decay: 0.5 } }), store }),
      ({ events }) =>
        events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record] : []))
    )
  const memory = Effect.map(Layer.build(CheckpointStore.memory), (context) =>
    Layer.succeed(CheckpointStore, Context.get(context, CheckpointStore))
  )
  const on = (store: Layer.Layer<CheckpointStore>, observer = Observer.silent) =>
    Holdfast.layer({ config: config({ num_epochs: 2 }), store, backend: testBackend, observer })

  it.scopedLive("measures what the run has measured", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const missing = yield* Effect.flip(
        Rehearsal.evaluate(pipelineOf()).pipe(Effect.provide(on(store)))
      )
      expect((missing as Error).message).toContain("there is no intact best checkpoint in nowhere")
      const records = yield* train(store, 2)
      const [found] = yield* Rehearsal.evaluate(pipelineOf(), { checkpoint: "latest" }).pipe(
        Effect.provide(on(store))
      )
      expect(found).toMatchObject({ epoch: 2, step: 0, split: "validation" })
      expect(found!.metrics["loss"]).toBe(records[1]!["val_loss"])
      expect(found!.details["worst_examples"]).toMatchObject({ split: "validation" })
    })
  )

  it.scopedLive("measures each checkpoint that a run saves, until it has ended", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const first = yield* Deferred.make<void>()
      const observer = Observer.make((event) =>
        event._tag === "Evaluated" ? Deferred.succeed(first, undefined) : Effect.void
      )
      const watching = yield* Rehearsal.evaluate(pipelineOf(), { watch: true }).pipe(
        Effect.provide(on(store, observer)),
        Effect.fork
      )
      const [one] = yield* train(store, 1)
      yield* Deferred.await(first)
      const [two] = yield* train(store, 2)
      const found = yield* Fiber.join(watching)
      expect(found.map(({ epoch, metrics }) => [epoch, metrics["loss"]])).toEqual([
        [1, one!["val_loss"]],
        [2, two!["val_loss"]]
      ])
    })
  )
})

describe("Rehearsal.dryRun", () => {
  it.scoped("saves, resumes inside an epoch and ends, in a temporary folder", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const found = yield* Rehearsal.dryRun(pipelineOf({ seen }))
      expect(found).toMatchObject({
        epochs: 30,
        stepsPerEpoch: 7,
        resumedAt: { epoch: 0, step: 1 },
        checkpoint: { kept: 3, folder: "nowhere" }
      })
      const { checkpoint, memory, milliseconds, seconds } = found
      expect(checkpoint.bytes).toBeGreaterThan(1000)
      expect(memory).toBeGreaterThan(1e7)
      expect(seconds.train).toBeCloseTo((milliseconds.train! * 7 * 30) / 1000, 9)
      expect(seconds.test).toBeCloseTo((milliseconds.test! * 2) / 1000, 9)
      expect(seen).toEqual(["rehearsed"])
    }).pipe(Effect.provide(services({ resume_from: "best" })))
  )
})
