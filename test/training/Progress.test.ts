import { describe, expect, it } from "@effect/vitest"
import { Progress } from "holdfast"

const step = (progress: Progress.Progress, examples: number, loss: number) =>
  Progress.afterStep(progress, {
    examples,
    states: { sums: { loss: (progress.position.sums["loss"] ?? 0) + loss } },
    seconds: 0.5
  })

describe("Progress", () => {
  it("adds up steps within the epoch", () => {
    const two = step(step(Progress.initial, 32, 10), 8, 2)
    expect(two).toMatchObject({ epoch: 0, step: 2, globalStep: 2 })
    expect(two.position).toMatchObject({ example: 40, sums: { loss: 12 }, seconds: 1 })
    expect(Progress.initial.step).toBe(0)
  })

  it("moves from stage to stage, and ends the epoch after the last", () => {
    const trained = Progress.withMetrics(step(Progress.initial, 32, 10), { train_loss: 0.3 })
    const validated = Progress.withMetrics(Progress.afterStage(trained, "checkpoint", 2), {
      val_loss: 0.4,
      learning_rate: 0.01
    })
    expect(validated).toMatchObject({ epoch: 0, step: 1, position: { stage: "checkpoint" } })
    const next = Progress.afterStage(validated, null, 0.25)
    expect(next).toMatchObject({ epoch: 1, step: 0, globalStep: 1 })
    expect(next.position).toStrictEqual(Progress.initial.position)
    expect(next.history).toStrictEqual([
      { epoch: 1, train_loss: 0.3, val_loss: 0.4, learning_rate: 0.01, seconds: 2.5 }
    ])
  })

  it("begins the training of an epoch again, and nothing else of it", () => {
    const third = { ...Progress.initial, epoch: 3, globalStep: 30 }
    const before = Progress.afterStage(Progress.withMetrics(third, { noise: 1 }), "trainEpoch", 2)
    const begun = step(step(before, 32, 1), 32, 1)
    expect(Progress.restartTraining(begun)).toMatchObject({ ...before, position: { sums: {} } })
    expect(Progress.restartTraining(begun).position).toMatchObject({
      stage: "trainEpoch",
      example: 0,
      metrics: { noise: 1 }
    })
  })

  it.each([
    { value: 0.5, best: null, mode: "min", better: true },
    { value: 0.5, best: 0.6, mode: "min", better: true },
    { value: 0.6, best: 0.6, mode: "min", better: false },
    { value: 0.7, best: 0.6, mode: "max", better: true },
    { value: NaN, best: null, mode: "min", better: false },
    { value: NaN, best: 0.6, mode: "max", better: false },
    { value: Infinity, best: 0.6, mode: "min", better: false }
  ] as const)(
    "finds $value better than $best ($mode): $better",
    ({ value, best, mode, better }) => {
      const before = best === null ? null : { metric: "m", mode, value: best, epoch: 1 }
      expect(Progress.isBetter(value, before, mode)).toBe(better)
    }
  )
})
