import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Dataset, Split, type Batch, type SplitName } from "../../src/index.js"
import type * as tf from "../../src/tf.js"
import * as Random from "../../src/training/Random.js"

const three: ReadonlyArray<SplitName> = ["train", "validation", "test"]
const problem = <A>(dataset: Effect.Effect<A, { readonly message: string }>) =>
  Effect.map(Effect.flip(dataset), ({ message }) => message)

describe("Dataset.fromArrays", () => {
  it.effect("makes a dataset of nested lists and names of classes", () =>
    Effect.gen(function* () {
      const dataset: Dataset = yield* Dataset.fromArrays({
        x: [
          [1, 2],
          [3, 4],
          [5, 6]
        ],
        y: ["dog", "cat", "dog"],
        split: three
      })
      expect(dataset).toMatchObject({ inputShape: [2], labelShape: [], classes: ["cat", "dog"] })
      const { inputs, labels }: Batch = yield* dataset.train.batch(Int32Array.of(0, 0))
      expect([inputs, labels]).toStrictEqual([Float32Array.of(1, 2, 1, 2), Int32Array.of(1, 1)])
      expect((yield* dataset.test.batch(Int32Array.of(0))).inputs).toStrictEqual(
        Float32Array.of(5, 6)
      )
      expect(yield* dataset.train.labels!).toStrictEqual(Int32Array.of(1))
    })
  )

  it.effect("takes typed arrays as they are, with or without a shape, and tensors", () =>
    Effect.gen(function* () {
      const y = Int32Array.of(0, 1, 2)
      const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6)
      const flat = yield* Dataset.fromArrays({ x: bytes, y, classes: 3, split: three })
      expect(flat).toMatchObject({
        inputShape: [2],
        inputType: "uint8",
        classes: ["0", "1", "2"]
      })
      const shaped = yield* Dataset.fromArrays({
        x: { data: bytes, shape: [3, 2, 1] },
        y,
        classes: 3,
        normalization: { scale: 1 / 255, offset: 0 },
        split: three
      })
      expect(shaped).toMatchObject({ inputShape: [2, 1], normalization: { offset: 0 } })
      // A tensor, as far as it is read.
      const tensor: Pick<tf.Tensor, "shape" | "data"> = {
        shape: [3, 2],
        data: () => Promise.resolve(Float32Array.of(1, 2, 3, 4, 5, 6)) as Promise<never>
      }
      const ofTensor = yield* Dataset.fromArrays({ x: tensor, y: [0.5, 1, 2], split: three })
      expect(ofTensor).toMatchObject({ inputShape: [2], classes: [] })
      expect((yield* ofTensor.validation.batch(Int32Array.of(0))).labels).toStrictEqual(
        Float32Array.of(1)
      )
    })
  )

  it.effect("has inputs and labels by name, weights and masks", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.fromArrays({
        x: { image: { data: new Uint8Array(12), shape: [3, 2, 2] }, age: [1, 2, 3] },
        y: { sex: ["f", "m", "f"], words: { data: new Int32Array(6), shape: [3, 2] } },
        classes: { words: 4 },
        weights: { sex: [1, 2, 3] },
        masks: {
          words: [
            [1, 0],
            [1, 1],
            [0, 0]
          ]
        },
        split: three
      })
      expect(dataset.inputs).toStrictEqual({
        image: { shape: [2, 2], dtype: "uint8" },
        age: { shape: [] }
      })
      expect(dataset.labels).toStrictEqual({
        sex: { shape: [], classes: ["f", "m"], weighted: true },
        words: { shape: [2], classes: ["0", "1", "2", "3"], masked: true }
      })
      const batch = yield* dataset.test.batch(Int32Array.of(0))
      expect(batch.weights).toStrictEqual({ sex: Float32Array.of(3) })
      expect(batch.masks).toStrictEqual({ words: Uint8Array.of(0, 0) })
    })
  )

  it.effect("takes the splits that are given, and divides the rest", () =>
    Effect.gen(function* () {
      const part = (size: number, from: number) => ({
        x: Float32Array.from({ length: 2 * size }, (_, i) => from + i),
        y: new Int32Array(size)
      })
      const dataset = yield* Dataset.fromArrays({
        train: part(100, 0),
        test: part(20, 1000),
        classes: 2,
        split: Split.random.make({ validation: 0.2 })
      })
      const { test, train, validation } = dataset
      expect([train.size, validation.size, test.size]).toStrictEqual([80, 20, 20])
      expect((yield* test.batch(Int32Array.of(1))).inputs).toStrictEqual(
        Float32Array.of(1002, 1003)
      )
    })
  )

  it.effect("has a fingerprint of data, labels and split, not of the name", () =>
    Effect.gen(function* () {
      const x = Float32Array.from({ length: 60 }, (_, i) => i)
      const y = Int32Array.from({ length: 30 }, (_, i) => i % 2)
      const of = (change: object) =>
        Effect.map(
          Dataset.fromArrays({ x, y, classes: 2, ...change }),
          ({ fingerprint }) => fingerprint
        )
      const first = yield* of({})
      expect(first).toMatch(/^[0-9a-f]{64}$/)
      expect(yield* of({ name: "other" })).toBe(first)
      const others = yield* Effect.forEach(
        [
          { x: x.map((one) => one + 1) },
          { y: y.map((one) => 1 - one) },
          { classes: 3 },
          { split: Split.random.make({ seed: 1 }) },
          { x: { data: x, shape: [30, 1, 2] } }
        ],
        of
      )
      expect(new Set([first, ...others]).size).toBe(6)
    })
  )

  it.effect("augments training examples in place, on a copy, by the random numbers given", () =>
    Effect.gen(function* () {
      const x = new Float32Array(30)
      const dataset = yield* Dataset.fromArrays({
        x,
        y: new Int32Array(30),
        classes: 1,
        augment: ({ inputs }, rng) => inputs.fill(rng())
      })
      const rng = () => Random.generator(Random.make(1), "augment", 3)
      const indices = Int32Array.of(0, 1)
      const first = (yield* dataset.train.batch(indices, rng())).inputs
      expect(first[0]).toBeGreaterThan(0)
      expect(first[0]).not.toBe(first[1])
      expect((yield* dataset.train.batch(indices, rng())).inputs).toStrictEqual(first)
      expect((yield* dataset.train.batch(indices)).inputs).toStrictEqual(new Float32Array(2))
      expect((yield* dataset.test.batch(indices, rng())).inputs).toStrictEqual(new Float32Array(2))
      expect(x.every((one) => one === 0)).toBe(true)
    })
  )

  it.effect("standardizes by the training split, and declares it", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.fromArrays({
        x: [
          [1, 5],
          [3, 5],
          [100, 7],
          [50, 8]
        ],
        y: [1, 2, 3, 4],
        standardize: true,
        split: ["train", "train", "validation", "test"]
      })
      expect(dataset.preprocessing).toStrictEqual({
        kind: "standardize",
        mean: [2, 5],
        std: [1, 1]
      })
      expect((yield* dataset.validation.batch(Int32Array.of(0))).inputs).toStrictEqual(
        Float32Array.of(98, 2)
      )
    })
  )

  it.effect("keeps groups in one split", () =>
    Effect.gen(function* () {
      const session = Float32Array.from({ length: 100 }, (_, i) => i % 10)
      const { test, train, validation } = yield* Dataset.fromArrays({
        x: session,
        y: new Float32Array(100),
        groups: session
      })
      const of = ({ inputs }: Batch) => new Set(inputs)
      const each = yield* Effect.forEach([train, validation, test], (split) =>
        Effect.map(split.batch(Int32Array.from({ length: split.size }, (_, i) => i)), of)
      )
      expect(each.map(({ size }) => size)).toStrictEqual([8, 1, 1])
    })
  )

  it.effect("describes an example by its name, or by its number before the split", () =>
    Effect.gen(function* () {
      const x = Float32Array.from({ length: 20 }, (_, i) => i)
      const names = Array.from(x, (i) => `scan-${i}`)
      for (const given of [{ names }, {}]) {
        const { validation } = yield* Dataset.fromArrays({ x, y: x, ...given })
        const { inputs } = (yield* validation.batch(Int32Array.of(0, 1))) as Batch
        expect([0, 1].map((index) => validation.describe!(index).name)).toStrictEqual(
          Array.from(inputs as Float32Array, (i) => ("names" in given ? `scan-${i}` : `#${i}`))
        )
      }
    })
  )

  it.effect("names the array and the example that are wrong", () =>
    Effect.gen(function* () {
      const x = [[1], [2], [3]]
      const y = [0, 1, 2]
      const found = yield* Effect.forEach(
        [
          Dataset.fromArrays({ x: [[1], [2, 3], [4]], y }),
          Dataset.fromArrays({ x: [[1], [2], ["a" as never]], y }),
          Dataset.fromArrays({ x, y: [1, 2] }),
          Dataset.fromArrays({ x: new Float32Array(7), y }),
          Dataset.fromArrays({ x: [[1], [NaN], [2]], y }),
          Dataset.fromArrays({ x, y: [0, 3, 1], classes: 3 }),
          Dataset.fromArrays({ x, y: [0, 0.5, 1], classes: 3 }),
          Dataset.fromArrays({ x, y: ["a", "b", "c"], classes: ["a", "b"] }),
          Dataset.fromArrays({ x: { data: new Float32Array(5), shape: [3, 2] }, y }),
          Dataset.fromArrays({ x, y, weights: [1, -1, 1] }),
          Dataset.fromArrays({ x, y, groups: ["a"] }),
          Dataset.fromArrays({ x, y, names: ["a"] }),
          Dataset.fromArrays({ x: [], y: [] }),
          Dataset.fromArrays({ x, y, split: ["train", "test"] }),
          Dataset.fromArrays({ x: BigInt64Array.of(1n) as never, y }),
          Dataset.fromArrays({ train: { x, y }, test: { x: [[1, 2]], y: [0] } })
        ],
        problem
      )
      expect(found).toMatchInlineSnapshot(`
        [
          "x[1]: has length 2, where the first has 1",
          "x[2][0]: is "a", no number",
          "y: has 2 examples, where x has 3",
          "x: has 7 numbers, which is no multiple of 3 examples",
          "x, example 1: holds NaN, which no model learns from; fill in what is missing, or leave the example out",
          "y, example 1: its label is 3, but there are 3 classes, from 0",
          "y[1]: is 0.5, no integer",
          "y, example 2: is of the class c, but the classes are a, b",
          "x: has 5 numbers, where the shape [3, 2] has 6",
          "weights: must be one number for each example, finite and not negative",
          "groups: names 1 groups for 3 examples",
          "names: has 1 names for 3 examples",
          "x: holds no examples",
          "split: names 2 splits for 3 examples",
          "x: is a BigInt64Array; give float32, int32 or uint8",
          "test.x: has another shape or type than that of train",
        ]
      `)
    })
  )
})
