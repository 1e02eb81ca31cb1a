import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { Scheduler } from "holdfast"
import type { SchedulerConfig, TrainingConfig } from "../../src/config/TrainingConfig.js"

const make = (scheduler: SchedulerConfig, num_epochs = 4) =>
  Scheduler.fromConfig({ learning_rate: 1, num_epochs, scheduler } as TrainingConfig)

/** The learning rates of successive epochs; `losses` are what they end with. */
const rates = (scheduler: Scheduler.Scheduler, losses: ReadonlyArray<number>) =>
  losses.map((val_loss) => {
    const rate = scheduler.learningRate()
    scheduler.step({ val_loss })
    return rate
  })

const plateau: SchedulerConfig = {
  name: "plateau",
  metric: "val_loss",
  mode: "min",
  factor: 0.5,
  patience: 1,
  min_learning_rate: 0.2
}
const cosine: SchedulerConfig = { name: "cosine", warmup_epochs: 0, min_learning_rate: 0 }

describe("Scheduler", () => {
  it("follows its formula", () => {
    const four = [9, 9, 9, 9]
    expect(rates(make({ name: "constant" }), four)).toStrictEqual([1, 1, 1, 1])
    expect(rates(make({ name: "step", step_size: 2, gamma: 0.1 }), four)).toStrictEqual([
      1, 1, 0.1, 0.1
    ])
    expect(rates(make({ name: "exponential", gamma: 0.5 }), four)).toStrictEqual([
      1, 0.5, 0.25, 0.125
    ])
    const [a, b, c, d] = rates(make(cosine), four)
    expect([a, c]).toStrictEqual([1, 0.5])
    expect(b).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12)
    expect(d).toBeCloseTo((1 - Math.SQRT1_2) / 2, 12)
  })

  it("warms up, then falls to its minimum and stays there", () => {
    const scheduler = make({ name: "cosine", warmup_epochs: 2, min_learning_rate: 0.1 }, 4)
    const [a, b, c, , e, f] = rates(scheduler, [0, 0, 0, 0, 0, 0])
    expect([a, b, c]).toStrictEqual([1 / 3, 2 / 3, 1])
    expect([e, f]).toStrictEqual([0.1, 0.1])
  })

  it("lowers the rate on a plateau, after its patience, to no less than the minimum", () => {
    expect(rates(make(plateau), [5, 5, 5, 4, NaN, NaN, 4, 4, 4])).toStrictEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2
    ])
  })

  it.effect.each([plateau, cosine, { name: "step", step_size: 1, gamma: 0.5 }] as const)(
    "goes on from its state: $name",
    (config) =>
      Effect.gen(function* () {
        const losses = [5, 5, 5, 4, 4, 4, 4]
        const whole = rates(make(config, 7), losses)
        const first = make(config, 7)
        rates(first, losses.slice(0, 3))
        const second = make(config, 7)
        yield* second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())))
        expect(rates(second, losses.slice(3))).toStrictEqual(whole.slice(3))
      })
  )

  it.effect(
    "takes over the epoch from a scheduler of another kind, and the rates from the config",
    () =>
      Effect.gen(function* () {
        const before = make(cosine)
        rates(before, [1, 1])
        const after = make({ name: "step", step_size: 2, gamma: 0.1 })
        yield* after.loadStateDict(before.stateDict())
        expect(after.learningRate()).toBe(0.1)
      })
  )

  it.effect("keeps the rate of a plateau and starts over with another metric, and says so", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel._tag === "Warning") warnings.push(String(message))
      })
      const before = make(plateau)
      rates(before, [5, 5, 5, 5])
      const resumed = Effect.fnUntraced(
        function* (config: SchedulerConfig) {
          const after = make(config)
          yield* after.loadStateDict(JSON.parse(JSON.stringify(before.stateDict())))
          return after
        },
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )

      expect(rates(yield* resumed(plateau), [5, 5])).toStrictEqual([0.5, 0.25])
      expect(warnings).toStrictEqual([])
      const other = yield* resumed({ ...plateau, mode: "max" })
      expect(rates(other, [1, 2, 3, 3, 3, 3])).toStrictEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.25])
      expect(warnings).toStrictEqual([
        "the scheduler plateau now monitors val_loss (higher is better) instead of val_loss (lower is " +
          "better): it starts over, and what was best before does not count"
      ])
    })
  )

  it.effect("reads the state of a plateau as earlier releases wrote it", () =>
    Effect.gen(function* () {
      const values = { name: "plateau", last_epoch: 3, factor: 0.5, best: 4, num_bad_epochs: 1 }
      const after = make(plateau)
      yield* after.loadStateDict({ tensors: {}, values })
      expect(rates(after, [5, 5])).toStrictEqual([0.5, 0.25])
    })
  )

  it.effect("refuses a state that is none", () =>
    Effect.gen(function* () {
      const state = { tensors: {}, values: { last_epoch: "three" } }
      const error = yield* Effect.flip(make(cosine).loadStateDict(state))
      expect(error.message).toContain("the state of the scheduler cosine")
    })
  )
})
