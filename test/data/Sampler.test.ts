import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Random } from "holdfast"
import { labelsOf } from "../../src/data/labelsOf.js"
import { stepsFrom } from "../../src/data/Order.js"
import { balanced } from "../../src/data/Sampler.js"
import { blobs } from "../../src/testing/Blobs.js"

const rng = (seed: number) => Random.generator(Random.make(seed), "test")
const drawn = (labels: ReadonlyArray<number>, seed = 1) =>
  Effect.runSync(balanced(Int32Array.from(labels), rng(seed)))

describe("Sampler.classBalanced", () => {
  // 7 of class 0, 2 of class 3, 1 of class 5.
  const labels = [0, 0, 3, 0, 0, 5, 0, 3, 0, 0]

  it("draws as many examples of each class, to within one", () => {
    const counts = new Map<number, number>()
    const order = drawn(labels)
    expect(order.length).toBe(10)
    for (const i of order) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1)
    expect([...counts.values()].toSorted()).toEqual([3, 3, 4])
  })

  it("repeats an example only once all of its class are drawn", () => {
    for (let seed = 0; seed < 20; seed++) {
      const order = [...drawn(labels, seed)]
      const times = (i: number) => order.filter((one) => one === i).length
      expect(Math.max(...labels.map((label, i) => (label === 0 ? times(i) : 0)))).toBe(1)
      expect(Math.abs(times(2) - times(7))).toBeLessThan(2)
    }
  })

  it("follows from the generator alone", () => {
    expect(drawn(labels, 3)).toEqual(drawn(labels, 3))
    expect(drawn(labels, 3)).not.toEqual(drawn(labels, 4))
    expect(drawn([])).toEqual(new Int32Array())
  })
})

describe("labelsOf", () => {
  it.effect("reads all batches, once, where the dataset does not give the labels", () =>
    Effect.gen(function* () {
      let batches = 0
      const dataset = yield* blobs({ data: { size: 300, classes: 3, seed: 1 } }, () => batches++)
      const labels = yield* labelsOf(dataset)
      expect(labels).toEqual(Int32Array.from({ length: 300 }, (_, i) => i % 3))
      expect(yield* labelsOf(dataset)).toBe(labels)
      expect(batches).toBe(2)
    })
  )

  it.effect("takes those that the dataset gives", () =>
    Effect.gen(function* () {
      const dataset = yield* blobs({ data: { size: 3, classes: 3, seed: 1 } })
      const given = Int32Array.of(2, 1, 0)
      const train = { ...dataset.train, labels: Effect.succeed(given) }
      expect(yield* labelsOf({ ...dataset, train })).toBe(given)
    })
  )
})

describe("stepsFrom", () => {
  it.each([
    { example: 0, size: 100, drop_last: false, steps: 4 },
    { example: 0, size: 100, drop_last: true, steps: 3 },
    { example: 96, size: 100, drop_last: false, steps: 1 },
    { example: 96, size: 100, drop_last: true, steps: 0 },
    { example: 0, size: 20, drop_last: true, steps: 0 },
    { example: 100, size: 100, drop_last: false, steps: 0 },
    // The batch size has changed in the middle of an epoch.
    { example: 48, size: 100, drop_last: true, steps: 1 }
  ])(
    "from $example of $size, drop_last $drop_last: $steps",
    ({ example, size, steps, ...rest }) => {
      expect(stepsFrom(example, size, { ...rest, batch_size: 32 })).toBe(steps)
    }
  )
})
