import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import {
  CheckpointStore,
  Objective,
  Optimizer,
  Pipeline,
  type Run,
  Scheduler,
  Stage,
  Stages,
  Weights,
  type ModelInput
} from "holdfast"
import { blobs, BlobsConfig } from "../support/blobs.js"
import { checkpointIn, essence, session, temporaryFolder } from "../support/session.js"

type Model = ModelInput<BlobsConfig>
const base = () => tf.layers.dense({ name: "base", units: 12, inputShape: [8], activation: "relu" })

/** A pipeline on the blobs with this model, and `stage` after each epoch. */
const pipelineOf = <E, R>(
  model: (
    input: Model
  ) => ReturnType<Parameters<typeof Stages.restoreOrInit<BlobsConfig, E, R>>[0]["model"]>,
  stage: Stage.Stage<Run.Run, Run.Run> = Stage.make("nothing", {
    description: "nothing",
    run: (run: Run.Run) => Effect.succeed(run)
  })
) =>
  Pipeline.make(
    "blobs",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) => blobs(config)),
    Stages.restoreOrInit({
      model,
      objective: Objective.classification,
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    }),
    Stages.epochs(
      Stages.trainEpoch,
      Stages.validate,
      Stages.stepScheduler,
      Stages.trackBest({ metric: "val_loss", mode: "min" }),
      stage,
      Stages.checkpoint
    )
  )

const run = (folder: string, pipeline: Pipeline.Pipeline.Any, options: object = {}) =>
  session({ folder, pipeline: pipeline as never, ...options })

describe("restoreOrInit with a model that is an effect", () => {
  it.scopedLive("seeds the weights that are made while it waits, and nothing else", () =>
    Effect.gen(function* () {
      const others: Array<number> = []
      const own = Math.random
      const pipeline = pipelineOf(({ config }: Model) =>
        Effect.gen(function* () {
          yield* Effect.sleep("5 millis")
          const head = yield* Effect.promise(async () => {
            await new Promise((resolve) => setTimeout(resolve, 5))
            return tf.layers.dense({ units: config.model.num_classes })
          })
          return tf.sequential({ layers: [base(), head] })
        })
      )
      const [first, second] = [yield* temporaryFolder, yield* temporaryFolder]
      const timer = setInterval(() => others.push(Math.random()), 1)
      yield* run(first, pipeline)
      yield* run(second, pipeline)
      clearInterval(timer)
      const both = [yield* checkpointIn(first), yield* checkpointIn(second)]
      const [a, b] = yield* Effect.forEach(both, essence)
      expect(b).toStrictEqual(a)
      expect(Math.random).toBe(own)
      expect(new Set(others).size).toBe(others.length)
    })
  )

  it.scopedLive("fails with the error of the effect", () =>
    Effect.gen(function* () {
      class NoModel extends Data.TaggedError("NoModel") {}
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf(() => new NoModel())
      const { exit } = yield* run(folder, pipeline)
      expect(exit).toMatchObject({ _tag: "Failure", cause: { _tag: "Fail", error: new NoModel() } })
    })
  )

  it.scopedLive("fine-tunes the frozen layers of an earlier run, and resumes exactly", () =>
    Effect.gen(function* () {
      const earlier = yield* temporaryFolder
      yield* run(
        earlier,
        pipelineOf(() => tf.sequential({ layers: [base(), tf.layers.dense({ units: 3 })] }))
      )
      const path = `${earlier}/checkpoints/best_model.safetensors`
      const fineTuned = pipelineOf(() =>
        Effect.gen(function* () {
          const saved = yield* Effect.flatMap(CheckpointStore, (store) => store.load(path))
          const frozen = base()
          frozen.trainable = false
          const head = tf.layers.dense({ name: "head", units: 3 })
          const model = tf.sequential({ layers: [frozen, tf.layers.dropout({ rate: 0.2 }), head] })
          const loaded = yield* Weights.load(model, saved, {
            only: (name) => name.startsWith("base.")
          })
          expect(loaded).toStrictEqual(["base.kernel", "base.bias"])
          return model
        })
      )
      const straight = yield* temporaryFolder
      yield* run(straight, fineTuned)
      const folder = yield* temporaryFolder
      for (const step of [3, 7]) {
        let steps = 0
        yield* run(folder, fineTuned, {
          interruptAt: ({ _tag }: { readonly _tag: string }) =>
            _tag === "StepFinished" && ++steps === step
        })
      }
      yield* run(folder, fineTuned)
      const ends = yield* Effect.forEach([straight, folder], (one) =>
        Effect.flatMap(checkpointIn(one), essence)
      )
      expect(ends[1]).toStrictEqual(ends[0])
      const { bytes } = yield* Effect.flatMap(
        Effect.map(checkpointIn(earlier, "best_model"), (checkpoint) => checkpoint),
        essence
      )
      const kernel = "model_state_dict.base.kernel"
      expect(ends[0]!.bytes[kernel]).toBe(bytes[kernel])
      expect(Object.keys(ends[0]!.bytes)).not.toContain("optimizer_state_dict.m.base.kernel")
    })
  )

  it.scopedLive("lets the checkpoint win over the weights that the effect loads", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      let scale = 1
      const pipeline = pipelineOf(() =>
        Effect.sync(() => {
          const model = tf.sequential({ layers: [base(), tf.layers.dense({ units: 3 })] })
          model.setWeights(model.getWeights().map((one) => tf.mul(one, scale)))
          return model
        })
      )
      yield* run(folder, pipeline)
      const before = yield* Effect.flatMap(checkpointIn(folder), essence)
      scale = 100
      yield* run(folder, pipeline, { training: { num_epochs: 4 } })
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(before)
    })
  )
})
