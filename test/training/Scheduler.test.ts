import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { Config, Scheduler } from "holdfast"

type SchedulerConfig = Config.Training["scheduler"]

const stepsPerEpoch = 5
const make = (scheduler: SchedulerConfig, num_epochs = 4, warmup_steps = 0) =>
  Scheduler.fromConfig({ learning_rate: 1, num_epochs, scheduler, warmup_steps })

const position = (globalStep: number, numEpochs = 4): Scheduler.SchedulePosition => ({
  epoch: Math.floor(globalStep / stepsPerEpoch),
  step: globalStep % stepsPerEpoch,
  globalStep,
  stepsPerEpoch,
  numEpochs,
  totalSteps: numEpochs * stepsPerEpoch
})

/** The learning rates of successive epochs, from `first` on; `losses` are what they end with. */
const rates = (
  scheduler: Scheduler.Scheduler,
  losses: ReadonlyArray<number>,
  { first = 0, numEpochs = 4 } = {}
) =>
  losses.map((val_loss, i) => {
    const rate = scheduler.learningRate(position((first + i) * stepsPerEpoch, numEpochs))
    scheduler.step({ val_loss })
    return rate
  })

/** The learning rates of all steps of a run. */
const stepRates = (scheduler: Scheduler.Scheduler, numEpochs = 4) =>
  Array.from({ length: numEpochs * stepsPerEpoch }, (_, i) =>
    scheduler.learningRate(position(i, numEpochs))
  )

const plateau: SchedulerConfig = {
  name: "plateau",
  metric: "val_loss",
  mode: "min",
  factor: 0.5,
  patience: 1,
  min_learning_rate: 0.2
}
const cosine: SchedulerConfig = {
  name: "cosine",
  warmup_epochs: 0,
  min_learning_rate: 0,
  unit: "epoch"
}
const oneCycle: SchedulerConfig = {
  name: "one_cycle",
  pct_start: 0.3,
  div_factor: 25,
  final_div_factor: 1e4,
  anneal_strategy: "cos",
  unit: "step"
}

describe("Scheduler.fromConfig", () => {
  it("follows the formulas of constant, step, exponential and cosine", () => {
    const four = [9, 9, 9, 9]
    expect(rates(make({ name: "constant" }), four)).toStrictEqual([1, 1, 1, 1])
    expect(
      rates(make({ name: "step", step_size: 2, gamma: 0.1, unit: "epoch" }), four)
    ).toStrictEqual([1, 1, 0.1, 0.1])
    expect(rates(make({ name: "exponential", gamma: 0.5, unit: "epoch" }), four)).toStrictEqual([
      1, 0.5, 0.25, 0.125
    ])
    const [a, b, c, d] = rates(make(cosine), four)
    expect([a, c]).toStrictEqual([1, 0.5])
    expect(b).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12)
    expect(d).toBeCloseTo((1 - Math.SQRT1_2) / 2, 12)
  })

  it("gives all steps of an epoch the same rate with cosine", () => {
    const all = stepRates(make(cosine))
    expect(new Set(all.slice(5, 10)).size).toBe(1)
    expect(new Set(all).size).toBe(4)
  })

  it("warms up with cosine, then falls to the minimum and stays there", () => {
    const scheduler = make({ ...cosine, warmup_epochs: 2, min_learning_rate: 0.1 }, 4)
    const [a, b, c, , e, f] = rates(scheduler, [0, 0, 0, 0, 0, 0])
    expect([a, b, c]).toStrictEqual([1 / 3, 2 / 3, 1])
    expect([e, f]).toStrictEqual([0.1, 0.1])
  })

  it("lowers the rate on a plateau, after its patience, to no less than the minimum", () => {
    expect(rates(make(plateau), [5, 5, 5, 4, NaN, NaN, 4, 4, 4])).toStrictEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2
    ])
  })

  it("follows PyTorch's OneCycleLR step by step", () => {
    const total = 20
    const [initial, least] = [1 / 25, 1 / 25 / 1e4]
    const anneal = (start: number, end: number, share: number) =>
      end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1)
    const expected = Array.from({ length: total }, (_, i) => {
      const top = 0.3 * total - 1
      return i <= top
        ? anneal(initial, 1, i / top)
        : anneal(1, least, (i - top) / (total - 1 - top))
    })
    const found = stepRates(make(oneCycle))
    found.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 12))
    expect(found[5]).toBe(1)
    expect(found[19]).toBeCloseTo(least, 15)
  })

  it("ends one_cycle at its lowest rate in runs of one step and of one rising step", () => {
    for (const totalSteps of [1, 3]) {
      const at = { ...position(0, 1), stepsPerEpoch: totalSteps, totalSteps }
      const scheduler = make(oneCycle, 1)
      const all = Array.from({ length: totalSteps }, (_, step) =>
        scheduler.learningRate({ ...at, step, globalStep: step })
      )
      expect(all.every((rate) => rate > 0 && rate <= 1)).toBe(true)
      if (totalSteps > 1) expect(all.at(-1)).toBeCloseTo(1 / 25 / 1e4, 15)
    }
  })

  it.each([{ name: "constant" }, cosine, plateau] as const)(
    "rises linearly over warmup_steps to the rate of $name",
    (config) => {
      const plain = stepRates(make(config))
      const warm = stepRates(make(config, 4, 7))
      const factors = [1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8]
      warm.forEach((rate, i) => expect(rate).toBeCloseTo(plain[i]! * (factors[i] ?? 1), 15))
      expect(warm.slice(7)).toStrictEqual(plain.slice(7))
    }
  )

  it("warns of a warm-up of cosine that is as long as the run", () => {
    const config = {
      name: "cosine",
      warmup_epochs: 4,
      min_learning_rate: 0,
      unit: "epoch"
    } as const
    expect(make(config, 5).warning).toBe(null)
    expect(make(config, 4).warning).toContain("training.scheduler.warmup_epochs is 4")
  })

  it("names the schedules that it knows where code names another", () => {
    expect(() =>
      Scheduler.fromConfig({ learning_rate: 1, num_epochs: 1, scheduler: { name: "x" } })
    ).toThrowError(
      /x is none of constant, cosine, step, exponential, plateau, one_cycle, linear, polynomial, cosine_restarts, piecewise, table/
    )
  })
})

describe("Scheduler.loadStateDict", () => {
  it("has a state of the name and the last epoch, and what the schedule keeps", () => {
    const first = make(cosine)
    rates(first, [5, 5])
    expect(first.stateDict().values).toStrictEqual({ name: "cosine", last_epoch: 2 })
    const second = make(plateau)
    rates(second, [5, 5, 5])
    expect(second.stateDict().values).toStrictEqual({
      name: "plateau",
      last_epoch: 3,
      metric: "val_loss",
      mode: "min",
      factor: 0.5,
      best: 5,
      num_bad_epochs: 0
    })
  })

  it.effect.each([
    plateau,
    cosine,
    { name: "step", step_size: 1, gamma: 0.5, unit: "epoch" }
  ] as const)("resumes from a state of the same schedule: $name", (config) =>
    Effect.gen(function* () {
      const losses = [5, 5, 5, 4, 4, 4, 4]
      const straight = rates(make(config, 7), losses, { numEpochs: 7 })
      const first = make(config, 7)
      rates(first, losses.slice(0, 3), { numEpochs: 7 })
      const second = make(config, 7)
      yield* second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())))
      const rest = rates(second, losses.slice(3), { first: 3, numEpochs: 7 })
      expect(rest).toStrictEqual(straight.slice(3))
    })
  )

  it.effect("takes over the epoch from another schedule, and nothing else", () =>
    Effect.gen(function* () {
      const before = make(plateau)
      rates(before, [1, 1, 1])
      const after = make(cosine)
      yield* after.loadStateDict(before.stateDict())
      expect(after.stateDict().values).toStrictEqual({ name: "cosine", last_epoch: 3 })
      const other = make(plateau)
      yield* other.loadStateDict(after.stateDict())
      expect(other.stateDict().values).toMatchObject({ last_epoch: 3, factor: 1, best: null })
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

  it.effect.each([{ last_epoch: "three" }, { name: "plateau", last_epoch: 1, factor: "low" }])(
    "refuses an invalid state: %j",
    (values) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(make(plateau).loadStateDict({ tensors: {}, values }))
        expect(error.message).toContain("the state of the scheduler plateau")
      })
  )
})

describe("Scheduler.define", () => {
  const inverseSqrt = Scheduler.define("inverse_sqrt", {
    description: "Falls with the root of the step.",
    fields: { after: Config.field(Schema.Int, 4, "Steps at the full rate.") },
    make: ({ after }) => ({
      rate: ({ globalStep, learningRate }) =>
        learningRate * Math.sqrt(after / Math.max(after, globalStep))
    })
  })

  it("makes a schedule in code, with the defaults of its fields", () => {
    const training = { learning_rate: 2, num_epochs: 4 }
    const scheduler = Scheduler.make(inverseSqrt.make(), training)
    expect(scheduler.learningRate(position(16))).toBe(1)
    expect(
      Scheduler.make(inverseSqrt.make({ after: 16 }), training).learningRate(position(16))
    ).toBe(2)
    expect(() => inverseSqrt.make({ after: 0.5 })).toThrowError(/after/)
  })

  it("makes the schedule that a config of its own names", () => {
    const Training = Schema.Struct({ scheduler: Scheduler.oneOf(Scheduler.constant, inverseSqrt) })
    const { scheduler } = Schema.decodeUnknownSync(Training)({ scheduler: "inverse_sqrt" })
    expect(scheduler).toEqual({ name: "inverse_sqrt", after: 4 })
    const made = Scheduler.fromConfig({ learning_rate: 1, num_epochs: 4, scheduler })
    expect([made.name, made.learningRate(position(16))]).toStrictEqual(["inverse_sqrt", 0.5])
    expect(made.stateDict().values).toStrictEqual({ name: "inverse_sqrt", last_epoch: 0 })
  })
})
