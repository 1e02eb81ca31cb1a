import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { plotSchedule } from "../../src/cli/commands/PlotSchedule.js"
import { curve } from "../../src/training/schedule/Curve.js"
import { printed } from "./command.js"

const config = fileURLToPath(new URL("../../examples/step-schedule/cycles.json", import.meta.url))

describe("holdfast plot-schedule", () => {
  it.effect("draws the rates of a config, with the most important ones as numbers", () =>
    Effect.gen(function* () {
      const words = ["--config", config, "--steps-per-epoch", "10"]
      const { error, text } = yield* printed(plotSchedule, words)
      expect(error).toBe(null)
      expect(`\n${text}`).toMatchSnapshot()
    })
  )

  it.effect("prints the rates for programs, and what --set says", () =>
    Effect.gen(function* () {
      const set = ["--set", "training.scheduler=constant", "--set", "training.warmup=null"]
      const { text } = yield* printed(plotSchedule, ["--config", config, ...set, "--json"])
      const { points, ...rest } = JSON.parse(text) as { points: ReadonlyArray<object> }
      const rate = { learning_rate: 0.03 }
      expect(rest).toEqual({
        scheduler: "constant",
        monitor: null,
        epochs: 6,
        steps_per_epoch: 100,
        first: { epoch: 1, step: 1, ...rate },
        highest: { epoch: 1, step: 1, ...rate },
        lowest: { epoch: 1, step: 1, ...rate },
        last: { epoch: 6, step: 100, ...rate }
      })
      expect(points).toHaveLength(600)
    })
  )

  it.effect("says what it assumes, and what a schedule goes by", () =>
    Effect.gen(function* () {
      const set = ["--set", "training.scheduler=plateau"]
      const { text } = yield* printed(plotSchedule, ["--config", config, ...set])
      expect(text).toContain("plateau goes by val_loss: drawn as if it always improved\n")
      expect(text).toContain("assumed: 100 steps an epoch; give --steps-per-epoch, or the pipeline")
    })
  )

  it.effect("refuses a config without a schedule that it knows, and wrong options", () =>
    Effect.gen(function* () {
      const of = (...words: ReadonlyArray<string>) =>
        Effect.map(printed(plotSchedule, ["--config", config, ...words]), ({ error }) =>
          String(error)
        )
      expect(yield* of("--set", "training.scheduler=inverse")).toContain(
        'training.scheduler: found "inverse"; allowed: "constant"'
      )
      expect(yield* of("--steps-per-epoch", "0")).toContain("give an integer of at least 1")
      expect(yield* of("--steps-per-epoch", "5", "no-such.ts")).toContain("no-such.ts")
    })
  )
})

describe("curve", () => {
  it("takes evenly spaced points of long runs, with both ends", () => {
    const learningRate = ({ globalStep }: { readonly globalStep: number }) => globalStep
    const { last, points } = curve({ learningRate }, { epochs: 1000, stepsPerEpoch: 5000 })
    expect(points).toHaveLength(1000)
    expect([points[0]!.learning_rate, points.at(-1)!.learning_rate]).toEqual([0, 4_999_999])
    expect(last).toEqual({ epoch: 1000, step: 5000, learning_rate: 4_999_999 })
  })

  it("takes every step of short ones", () => {
    const { points } = curve({ learningRate: () => 1 }, { epochs: 1, stepsPerEpoch: 1 })
    expect(points).toEqual([{ epoch: 1, step: 1, learning_rate: 1 }])
  })
})
