import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Dataset, Split, type Examples } from "../../src/index.js"

const problem = <A>(dataset: Effect.Effect<A, { readonly message: string }>) =>
  Effect.map(Effect.flip(dataset), ({ message }) => message)

const count = (steps: number) => Float32Array.from({ length: steps }, (_, i) => i)
const allOf = (examples: Examples) =>
  examples.batch(Int32Array.from({ length: examples.size }, (_, i) => i))

/** What windows of one channel that counts its steps see and predict. */
const steps = (examples: Examples, window: number, horizon: number) =>
  Effect.map(allOf(examples), ({ inputs, labels }) =>
    Array.from({ length: examples.size }, (_, i) => ({
      seen: [...inputs.subarray(i * window, (i + 1) * window)],
      predicted: [...labels.subarray(i * horizon, (i + 1) * horizon)]
    }))
  )

describe("Dataset.fromSeries", () => {
  it.effect("makes a window of each step, and labels of the steps behind it", () =>
    Effect.gen(function* () {
      const dataset: Dataset = yield* Dataset.fromSeries({
        values: [
          [0, 10],
          [1, 11],
          [2, 12],
          [3, 13],
          [4, 14],
          [5, 15],
          [6, 16],
          [7, 17],
          [8, 18]
        ],
        channels: ["a", "b"],
        window: 2,
        horizon: 1,
        target: "b",
        split: Split.ordered.make({ validation: 2, test: 2 })
      })
      expect(dataset).toMatchObject({ inputShape: [2, 2], labelShape: [], classes: [] })
      expect([dataset.train.size, dataset.validation.size, dataset.test.size]).toEqual([3, 2, 2])
      const { inputs, labels } = yield* dataset.train.batch(Int32Array.of(2, 0))
      expect(inputs).toStrictEqual(Float32Array.of(2, 12, 3, 13, 0, 10, 1, 11))
      expect(labels).toStrictEqual(Float32Array.of(14, 12))
      expect(dataset.test.describe!(0).name).toBe("steps 5 to 7")
    })
  )

  it.effect("lets training see and predict training steps alone, and tests on what is later", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.fromSeries({
        values: count(100),
        window: 8,
        horizon: 3,
        gap: 2,
        target: "0",
        split: Split.ordered.make({ validation: 0.2, test: 0.2 })
      })
      const [train, validation, test] = yield* Effect.all([
        steps(dataset.train, 8, 3),
        steps(dataset.validation, 8, 3),
        steps(dataset.test, 8, 3)
      ])
      expect(train[0]).toEqual({ seen: [0, 1, 2, 3, 4, 5, 6, 7], predicted: [10, 11, 12] })
      expect(Math.max(...train.flatMap(({ seen, predicted }) => [...seen, ...predicted]))).toBe(59)
      // Every step of a split is predicted, from the first on: what comes before is seen.
      expect(validation[0]).toEqual({
        seen: [50, 51, 52, 53, 54, 55, 56, 57],
        predicted: [60, 61, 62]
      })
      expect(validation.at(-1)!.predicted).toEqual([77, 78, 79])
      expect(test[0]!.predicted).toEqual([80, 81, 82])
      expect(test.at(-1)!.predicted).toEqual([97, 98, 99])
    })
  )

  it.effect("takes every stride-th window, and several targets", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.fromSeries({
        values: { data: count(80), shape: [40, 2] },
        window: 4,
        horizon: 2,
        stride: 5,
        split: Split.ordered.make({ validation: 0.25, test: 0.25 })
      })
      expect(dataset).toMatchObject({ inputShape: [4, 2], labelShape: [2, 2] })
      const { labels } = yield* dataset.train.batch(Int32Array.of(1))
      expect(labels).toStrictEqual(Float32Array.of(18, 19, 20, 21))
      expect(dataset.train.size).toBe(3)
    })
  )

  it.effect("lets no window reach from one series into another, and divides each by time", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.fromSeries({
        values: { ada: count(20), grace: count(30).map((x) => 100 + x) },
        window: 3,
        target: "0",
        split: Split.ordered.make({ validation: 0.2, test: 0.2 })
      })
      const all = [
        ...(yield* steps(dataset.train, 3, 1)),
        ...(yield* steps(dataset.validation, 3, 1)),
        ...(yield* steps(dataset.test, 3, 1))
      ]
      expect(all).toHaveLength(17 + 27)
      for (const { predicted, seen } of all) expect(predicted[0]! - seen[0]!).toBe(3)
      expect((yield* steps(dataset.test, 3, 1)).map(({ predicted }) => predicted[0])).toEqual([
        16, 17, 18, 19, 124, 125, 126, 127, 128, 129
      ])
      expect(dataset.test.describe!(4).name).toBe("grace, steps 21 to 24")
    })
  )

  it.effect("standardizes inputs by the training steps, and leaves labels as they are", () =>
    Effect.gen(function* () {
      const values = count(20)
      values.fill(1000, 16)
      const dataset = yield* Dataset.fromSeries({
        values,
        window: 2,
        target: "0",
        standardize: true,
        split: Split.ordered.make({ validation: 4, test: 4 })
      })
      // Of 0 to 11.
      const std = Math.sqrt(143 / 12)
      expect(dataset.preprocessing).toEqual({ kind: "standardize", mean: [5.5], std: [std] })
      const { inputs, labels } = yield* dataset.train.batch(Int32Array.of(0))
      expect(inputs).toStrictEqual(Float32Array.of(-5.5 / std, -4.5 / std))
      expect(labels).toStrictEqual(Float32Array.of(2))
      expect((yield* dataset.test.batch(Int32Array.of(3))).labels).toStrictEqual(
        Float32Array.of(1000)
      )
    })
  )

  it.effect("leaves out windows for which a number is missing, or names it", () =>
    Effect.gen(function* () {
      const values = Array.from({ length: 30 }, (_, i) => [i, i === 7 ? NaN : i])
      const options = {
        values,
        channels: ["a", "b"],
        window: 2,
        split: Split.ordered.make({ validation: 5, test: 5 })
      }
      expect(yield* problem(Dataset.fromSeries(options))).toBe(
        'values, step 7: holds no number for channel b; fill it in, or leave out the windows that would see it: missing: "skip"'
      )
      const skipping = { ...options, missing: "skip" as const }
      const firstSteps = (dataset: Dataset) =>
        Effect.map(allOf(dataset.train), ({ inputs }) =>
          Array.from({ length: dataset.train.size }, (_, i) => inputs[4 * i])
        )
      const left = (gone: ReadonlyArray<number>) =>
        Array.from({ length: 18 }, (_, i) => i).filter((i) => !gone.includes(i))
      const both = yield* Dataset.fromSeries(skipping)
      expect(yield* firstSteps(both)).toEqual(left([5, 6, 7]))
      // As a label a alone counts.
      const one = yield* Dataset.fromSeries({ ...skipping, target: "a" })
      expect(yield* firstSteps(one)).toEqual(left([6, 7]))
    })
  )

  it.effect("has another fingerprint for other numbers, windows or splits", () =>
    Effect.gen(function* () {
      const options = { values: count(50), window: 4, target: "0" }
      const fingerprintOf = (more: Partial<Parameters<typeof Dataset.fromSeries>[0]>) =>
        Effect.map(Dataset.fromSeries({ ...options, ...more }), ({ fingerprint }) => fingerprint)
      const all = yield* Effect.all([
        fingerprintOf({}),
        fingerprintOf({ values: count(51).subarray(1) }),
        fingerprintOf({ window: 5 }),
        fingerprintOf({ gap: 1 }),
        fingerprintOf({ standardize: true }),
        fingerprintOf({ split: Split.ordered.make({ test: 0.2 }) })
      ])
      expect(new Set(all).size).toBe(all.length)
      expect(yield* fingerprintOf({ values: [...count(50)] })).toBe(all[0])
    })
  )

  it.effect.each([
    [{ values: count(20), window: 0 }, "window: is 0; give a whole number of at least 1"],
    [{ values: count(20), window: 2, gap: -1 }, "gap: is -1; give a whole number of at least 0"],
    [{ values: {}, window: 2 }, "values: names no series"],
    [
      { values: [[[1]], [[2]]], window: 2 },
      "values: has 3 dimensions, where a series has steps and channels"
    ],
    [
      { values: { a: [[1, 2]], b: [[1]] }, window: 1 },
      "values.b: has 1 channels, where values.a has 2"
    ],
    [
      { values: [[1, 2]], channels: ["a"], window: 1 },
      "values: has 2 channels, where channels names 1"
    ],
    [
      { values: count(5), channels: ["a", "b"], window: 1 },
      "values: has 5 numbers, which is no multiple of 2 channels"
    ],
    [{ values: count(8), channels: ["a", "a"], window: 1 }, "channels: names a twice"],
    [
      { values: count(8), channels: ["a", "b"], window: 1, target: "c" },
      "target: c is no channel; they are a, b"
    ],
    [{ values: count(8), window: 1, target: [] }, "target: names no channel"],
    [
      { values: [1, Infinity, 3], window: 1, missing: "skip" },
      "values, step 1: holds Infinity for channel 0, which no model learns from"
    ],
    [
      { values: count(20), window: 16, name: "short" },
      "short: 20 steps leave no windows of 17 for train (train 0, validation 2, test 2); divide otherwise, or make windows shorter"
    ],
    [
      { values: count(20), window: 3, split: Split.random.make() },
      "split: does not divide by time, and windows overlap: what is tested on would be known from training; use Split.ordered"
    ]
  ] as const)("refuses what is wrong: %$", ([options, message]) =>
    Effect.gen(function* () {
      expect(yield* problem(Dataset.fromSeries(options as never))).toContain(message)
    })
  )
})
