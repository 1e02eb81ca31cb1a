import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Run, Stage, Stages } from "holdfast"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

const training = { save_interval: 1 }

const endOf = (folder: string) => Effect.flatMap(checkpointIn(folder), essence)

const straight = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  yield* session({ folder, training })
  return yield* endOf(folder)
})

/** Has the second update of the weights after the first epoch fail when it has begun. */
const breakLater = Stage.make("breakLater", {
  description: "break the optimizer",
  run: (run: Run.Run) =>
    Effect.map(Run.position(run), ({ epoch }) => {
      const { apply } = run.optimizer
      let updates = 0
      const broken: typeof apply = (gradients, learningRate) => {
        const isUpdated = apply(gradients, learningRate)
        updates += 1
        if (updates === 2) throw new Error("broken")
        return isUpdated
      }
      if (epoch === 0) Object.assign(run.optimizer, { apply: broken })
      return run
    })
})

/** Training that is made all or nothing by a stage around it. */
const intact = Stage.make("intact", {
  description: "train on every example once, or not at all",
  run: (run: Run.Run) => Stages.trainEpoch.run(run)
})

describe("a run that fails or stops halfway through", () => {
  it.scopedLive("a step: says that it is not saved, and resumes from before", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      const pipeline = pipelineOf({ extra: breakLater })
      const { events, exit } = yield* session({ folder, training, pipeline })
      expect(exit._tag).toBe("Failure")
      expect(events).toContainEqual({
        _tag: "Notice",
        level: "warning",
        code: "StepFailed",
        message: "a training step failed midway, so its state is not saved"
      })
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 1, step: 0 })
      yield* session({ folder, training })
      expect(yield* endOf(folder)).toStrictEqual(yield* straight)
      expect(tf.memory().numTensors).toBe(before)
    })
  )

  it.scopedLive("a step inside a stage that is all or nothing: saves what was before", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      const pipeline = pipelineOf({ train: intact, extra: breakLater })
      const { exit } = yield* session({ folder, training: { save_interval: 10 }, pipeline })
      expect(exit._tag).toBe("Failure")
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 1, step: 0 })
      yield* session({ folder, training, pipeline: pipelineOf({ train: intact }) })
      expect(yield* endOf(folder)).toStrictEqual(yield* straight)
      expect(tf.memory().numTensors).toBe(before)
    })
  )

  it.scopedLive("training inside a stage that is all or nothing: saves what was before", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      const pipeline = pipelineOf({ train: intact })
      const { exit } = yield* session({
        folder,
        training,
        pipeline,
        interruptAt: (event) =>
          event._tag === "StepFinished" && event.epoch === 2 && event.step === 2
      })
      expect(exit._tag).toBe("Failure")
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 1, step: 0 })
      yield* session({ folder, training, pipeline })
      expect(yield* endOf(folder)).toStrictEqual(yield* straight)
      expect(tf.memory().numTensors).toBe(before)
    })
  )
})
