import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Stages, StepHook } from "holdfast"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { read } from "../../src/runlog/RunLog.js"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

const logIn = (folder: string) =>
  Effect.provide(read(`${folder}/checkpoints`), NodeFileSystem.layer)

describe("the log of a run", () => {
  it.scoped("has the loss, the rate and the gradient norm of each step", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const seen: Array<Readonly<Record<string, number>>> = []
      const train = Stages.trainEpochWith({
        hooks: [
          StepHook.make("watch", {
            measures: { norm: StepHook.gradientNorm },
            afterStep: ({ metrics }) => Effect.sync(() => void seen.push(metrics!))
          })
        ]
      })
      yield* session({
        folder,
        pipeline: pipelineOf({ train: train as typeof Stages.trainEpoch }),
        training: {
          num_epochs: 2,
          log_gradient_norm: 1,
          warmup_steps: 7,
          scheduler: { name: "constant" }
        },
        log: true
      })
      const { epochs, steps } = yield* logIn(folder)
      expect([...steps.loss]).toEqual(seen.map(({ loss }) => loss))
      expect([...steps.gradient_norm]).toEqual(seen.map(({ norm }) => norm))
      expect([...steps.examples]).toEqual([16, 16, 16, 2, 16, 16, 16, 2])
      expect([...steps.learning_rate].map((rate) => Math.round(rate * 1e6))).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 2500)
      )
      expect([...steps.step]).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
      expect(steps.step_ms.every((ms, i) => ms > 0 && steps.data_wait_ms[i]! <= ms)).toBe(true)
      // The mean of the epoch is that of its steps.
      const mean =
        (16 * steps.loss[0]! + 16 * steps.loss[1]! + 16 * steps.loss[2]! + 2 * steps.loss[3]!) / 50
      expect(epochs[0]!.record["train_loss"]).toBeCloseTo(mean, 10)
    })
  )

  it.scoped("measures the norm only where on_divergence looks at it, unless asked to", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: { num_epochs: 5 }, log: true })
      const { steps } = yield* logIn(folder)
      const measured = [...steps.global_step].filter(
        (_, i) => !Number.isNaN(steps.gradient_norm[i]!)
      )
      expect(measured).toEqual([1, 17])
    })
  )

  it.scoped("is not written where training.run_log is false", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: { num_epochs: 1, run_log: false }, log: true })
      expect(yield* Effect.flip(logIn(folder))).toMatchObject({ reason: "NotFound" })
    })
  )
})
