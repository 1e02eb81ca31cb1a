import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fetch, type Dataset, type Examples } from "../../src/data/Dataset.js"

const labels = Int32Array.of(0, 2, 3, -1)
const examples = {
  size: 4,
  batch: (indices: Int32Array) =>
    Effect.succeed({
      size: indices.length,
      inputs: new Float32Array(indices.length),
      labels: indices.map((index) => labels[index]!)
    })
}
const dataset: Dataset = {
  name: "numbers",
  fingerprint: "",
  inputShape: [1],
  labelShape: [],
  classes: ["a", "b", "c"],
  train: examples,
  validation: examples,
  test: examples
}

it.effect("fetch gives a batch whose labels are classes", () =>
  Effect.gen(function* () {
    const batch = yield* fetch(dataset, "train", Int32Array.of(1, 0))
    expect([...batch.labels]).toStrictEqual([2, 0])
  })
)

it.effect.each([
  { index: 2, label: 3 },
  { index: 3, label: -1 }
])("fetch refuses the label $label, naming the example", ({ index, label }) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(fetch(dataset, "validation", Int32Array.of(0, index)))
    expect(error.message).toBe(
      `numbers, validation example ${index}: its label is ${label}, but there are 3 classes, from 0`
    )
  })
)

it.effect("fetch asks nothing of the labels of a regression", () =>
  Effect.gen(function* () {
    const batch = yield* fetch({ ...dataset, classes: [] }, "test", Int32Array.of(2, 3))
    expect(batch.size).toBe(2)
  })
)

it.live("fetch serves signals after a batch that took long, before the step on it begins", () =>
  Effect.gen(function* () {
    let served = false
    const slow: Examples = {
      ...examples,
      batch: (indices: Int32Array) =>
        Effect.suspend(() => {
          setImmediate(() => (served = true))
          const end = performance.now() + 60
          while (performance.now() < end);
          return examples.batch(indices)
        })
    }
    yield* fetch({ ...dataset, train: slow }, "train", Int32Array.of(0))
    expect(served).toBe(true)
  })
)
