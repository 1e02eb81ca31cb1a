import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import { Objective, Optimizer, Pipeline, Scheduler, Stages, type Event } from "holdfast"
import type { Diverged } from "../../src/training/Diverged.js"
import { blobs, BlobsConfig, blobsNet } from "../support/blobs.js"
import { list } from "../support/checkpoints.js"
import { warningsOf } from "../support/warnings.js"
import { checkpointIn, essence, session, temporaryFolder } from "../support/session.js"

const sgd = { name: "sgd" }

/** The blobs, where the inputs of these training examples, or the validation split, are NaN. */
const pipelineOf = (
  options: {
    readonly poisoned?: ReadonlyArray<number>
    readonly validation?: boolean
    readonly regression?: boolean
  } = {}
) => {
  const data = (config: BlobsConfig) =>
    Effect.map(blobs(config), (dataset) => ({
      ...dataset,
      ...(options.regression && { classes: [], labelShape: [1] }),
      train: {
        ...dataset.train,
        batch: (indices: Int32Array) =>
          Effect.map(dataset.train.batch(indices), (batch) =>
            options.poisoned?.some((one) => indices.includes(one))
              ? { ...batch, inputs: batch.inputs.fill(NaN) }
              : batch
          )
      },
      validation: {
        ...dataset.validation,
        batch: (indices: Int32Array) =>
          Effect.map(dataset.validation.batch(indices), (batch) =>
            options.validation ? { ...batch, inputs: batch.inputs.fill(NaN) } : batch
          )
      }
    }))
  const linear = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [8] })] })
  return Pipeline.make(
    "blobs",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset(data),
    Stages.restoreOrInit({
      model: options.regression ? linear : blobsNet,
      objective: options.regression ? Objective.regression : Objective.classification,
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    }),
    Stages.epochs(
      Stages.trainEpoch,
      Stages.validate,
      Stages.stepScheduler,
      Stages.trackBest({ metric: "val_loss", mode: "min" }),
      Stages.checkpoint
    ),
    Stages.evaluate("test")
  ) as never
}

const failureOf = (exit: Exit.Exit<unknown, unknown>): Diverged =>
  Exit.isFailure(exit)
    ? (Chunk.toReadonlyArray(Cause.failures(exit.cause))[0] as Diverged)
    : never()

const never = (): never => {
  throw new Error("it has not failed")
}

const notices = (events: ReadonlyArray<Event>) =>
  events.flatMap((event) => (event._tag === "Notice" ? [event.message] : []))

const files = (folder: string) => list(`${folder}/checkpoints`)

describe("a run that diverges", () => {
  it.scopedLive("stops, names the step and the layer, and keeps the last good checkpoint", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = {
        optimizer: sgd,
        save_interval: 1,
        num_epochs: 2,
        scheduler: { name: "constant" }
      }
      const before = tf.memory().numTensors
      yield* session({ folder, training, pipeline: pipelineOf() })
      const good = yield* Effect.flatMap(checkpointIn(folder), essence)
      const { events, exit } = yield* session({
        folder,
        training: { ...training, num_epochs: 6, learning_rate: 1e38 },
        pipeline: pipelineOf()
      })
      const error = failureOf(exit)
      expect(error).toMatchObject({ _tag: "Diverged", quantity: "train_loss", epoch: 3, step: 2 })
      expect(error.culprit).toMatchObject({ kind: "weight", name: "dense_1.kernel" })
      expect(error.checkpoint).toContain("epoch-0002-step-000000.safetensors")
      expect(events.some((event) => event._tag === "CheckpointSaved")).toBe(false)
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(good)
      expect(tf.memory().numTensors).toBe(before)
    })
  )

  it.scopedLive("in its very last step is found before anything of it is saved", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = {
        optimizer: sgd,
        num_epochs: 1,
        learning_rate: 1e38,
        batch_size: 50,
        save_interval: 1
      }
      const { exit } = yield* session({ folder, training, pipeline: pipelineOf() })
      expect(failureOf(exit)).toMatchObject({ _tag: "Diverged", step: 0, quantity: "val_loss" })
      expect(files(folder)).toEqual([])
    })
  )

  it.scopedLive("does not save it when it is interrupted, either", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = { optimizer: sgd, learning_rate: 1e38 }
      const { events, exit } = yield* session({
        folder,
        training,
        pipeline: pipelineOf(),
        interruptAt: ({ _tag }) => _tag === "StepFinished"
      })
      expect(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)).toBe(true)
      expect(notices(events).join()).toContain("dense_1.kernel. This state is not saved")
      expect(files(folder)).toEqual([])
    })
  )

  it.scopedLive("by its validation loss, too: nothing is best, and nothing is saved", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ validation: true })
      const { exit } = yield* session({ folder, training: { save_interval: 1 }, pipeline })
      expect(failureOf(exit)).toMatchObject({ quantity: "val_loss", value: NaN, epoch: 1 })
      expect(files(folder)).toEqual([])
    })
  )

  it.scopedLive("by NaN in the data: the error says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { exit } = yield* session({ folder, pipeline: pipelineOf({ poisoned: [3] }) })
      expect(failureOf(exit).culprit).toEqual({ kind: "input", name: "blobs" })
    })
  )

  it.scopedLive("trains on, and saves, if configured to ignore divergence", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = { on_divergence: "ignore", optimizer: sgd, learning_rate: 1e38 }
      const { exit } = yield* session({ folder, training, pipeline: pipelineOf() })
      expect(Exit.isSuccess(exit)).toBe(true)
      const { meta } = yield* checkpointIn(folder)
      expect(meta).toMatchObject({ epoch: 4, finite: false })
    })
  )
})

describe("non-finite weights in checkpoints", () => {
  const training = {
    on_divergence: "ignore",
    optimizer: sgd,
    num_epochs: 2,
    save_interval: 1,
    scheduler: { name: "constant" }
  }
  const bad = { ...training, learning_rate: 1e38, num_epochs: 6 }
  const pipeline = pipelineOf()
  const from = ({ events }: { readonly events: ReadonlyArray<Event> }) =>
    events.flatMap((event) => (event._tag === "RunStarted" ? [event.from] : []))[0]

  it.scopedLive("push out no finite ones, and are not resumed from unless there is no other", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training, pipeline })
      yield* session({ folder, training: bad, pipeline })
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 6, finite: false })
      expect(files(folder)).toEqual([
        "best_model.safetensors",
        "epoch-0001-step-000000.safetensors",
        "epoch-0002-step-000000.safetensors",
        "epoch-0006-step-000000.safetensors",
        "latest_checkpoint.safetensors"
      ])
      const { value: better, warnings } = yield* warningsOf(session({ folder, training, pipeline }))
      expect(from(better)).toMatchObject({ epoch: 2 })
      const path = `${folder}/checkpoints/epoch-0006-step-000000.safetensors`
      expect(warnings).toContain(`skipped: ${path} has weights that are NaN or infinite`)
      const named = yield* warningsOf(
        session({ folder, training: bad, pipeline, resume: { path } })
      )
      expect(from(named.value)).toMatchObject({ epoch: 6 })
      expect(named.warnings).toContain(`${path} has weights that are NaN or infinite`)
    })
  )

  it.scopedLive("where there are no others: asks, or refuses where nobody can be asked", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: bad, pipeline })
      for (const resume of [undefined, "latest"] as const) {
        const { exit } = yield* session({
          folder,
          training: bad,
          pipeline,
          ...(resume && { resume })
        })
        expect(failureOf(exit)).toMatchObject({
          _tag: "ResumeError",
          reason: { _tag: "NonFinite" },
          message: expect.stringContaining("--resume never")
        })
      }
      const asked = yield* session({
        folder,
        training: bad,
        pipeline,
        resume: "latest",
        answer: true
      })
      expect(asked.asked).toBe(1)
      expect(from(asked)).toMatchObject({ epoch: 6 })
    })
  )
})

describe("on_divergence skip", () => {
  const training = { on_divergence: "skip", save_interval: 1, optimizer: { name: "adam" } }
  const pipeline = pipelineOf({ poisoned: [3] })

  it.scopedLive("changes nothing in such a step, counts it, and resumes exactly", () =>
    Effect.gen(function* () {
      const straight = yield* temporaryFolder
      const { events, exit } = yield* session({ folder: straight, training, pipeline })
      expect(Exit.isSuccess(exit)).toBe(true)
      const skipped = notices(events).filter((message) => message.includes("skipped"))
      expect(skipped).toHaveLength(4)
      const checkpoint = yield* checkpointIn(straight)
      expect(checkpoint.meta).toMatchObject({ epoch: 4, global_step: 16, finite: true })
      expect(checkpoint.meta.optimizer_state_dict).toMatchObject({ step: 12 })
      // The mean over what was learned from, not over all.
      for (const { train_loss } of checkpoint.meta.train_history) {
        expect(train_loss).toBeGreaterThan(0.3)
        expect(train_loss).toBeLessThan(3)
      }

      const again = yield* temporaryFolder
      for (const index of [1, 2, 3, 4, 5, 6]) {
        yield* session({
          folder: again,
          training,
          pipeline,
          interruptAt: ({ _tag }, at) => _tag === "StepFinished" && at > 3 + index
        })
      }
      yield* session({ folder: again, training, pipeline })
      expect(yield* essence(yield* checkpointIn(again))).toStrictEqual(yield* essence(checkpoint))
    })
  )

  it.scopedLive("stops after so many in a row", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const all = Array.from({ length: 50 }, (_, i) => i)
      const { exit } = yield* session({
        folder,
        training: { ...training, on_divergence: { name: "skip", max_skips: 5 } },
        pipeline: pipelineOf({ poisoned: all })
      })
      expect(failureOf(exit)).toMatchObject({ _tag: "Diverged", skips: 5, epoch: 2, step: 2 })
    })
  )
})

describe("on_divergence restore", () => {
  const training = {
    on_divergence: { name: "restore", factor: 0.25, max_restores: 4 },
    optimizer: sgd,
    learning_rate: 4,
    num_epochs: 3,
    save_interval: 100,
    scheduler: { name: "constant" }
  }
  const pipeline = pipelineOf({ regression: true })

  it.scopedLive("returns to the end of the epoch before, at a lower rate", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events, exit } = yield* session({ folder, training, pipeline })
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(notices(events).join()).toContain("the learning rate is multiplied by 0.25")
      const { meta } = yield* checkpointIn(folder)
      const { divergence, train_history } = meta
      expect(divergence!.restores).toBeGreaterThan(0)
      expect(divergence!.rate_factor).toBe(0.25 ** divergence!.restores)
      expect(train_history.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
      expect(train_history[2]!.learning_rate).toBe(4 * divergence!.rate_factor)
      expect(train_history[2]!["val_loss"]).toBeLessThan(1e19)
    })
  )

  it.scopedLive("however often it is interrupted, it learns the same", () =>
    Effect.gen(function* () {
      const straight = yield* temporaryFolder
      yield* session({ folder: straight, training, pipeline })
      const again = yield* temporaryFolder
      for (let i = 0; i < 12; i++) {
        yield* session({
          folder: again,
          training,
          pipeline,
          interruptAt: (event, at) => event._tag === "StepFinished" && at > 4 + (i % 4)
        })
      }
      yield* session({ folder: again, training, pipeline })
      expect(yield* essence(yield* checkpointIn(again))).toStrictEqual(
        yield* essence(yield* checkpointIn(straight))
      )
    })
  )

  it.scopedLive("stops once that has not helped so often", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { exit } = yield* session({
        folder,
        training: {
          ...training,
          learning_rate: 1e30,
          on_divergence: { name: "restore", max_restores: 2 }
        },
        pipeline
      })
      expect(failureOf(exit)).toMatchObject({ _tag: "Diverged", restores: 2, epoch: 1 })
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 0, step: 0 })
    })
  )
})
