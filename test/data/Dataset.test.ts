import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { LabelledBatch } from "../../src/data/Batch.js"
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

describe("fetch checks a batch against the dataset's declarations", () => {
  const named: Dataset<LabelledBatch> = {
    name: "people",
    fingerprint: "",
    inputs: { face: { shape: [2, 2], dtype: "uint8" } },
    labels: {
      age: { shape: [], weighted: true },
      tags: { shape: [2], classes: ["a", "b"], masked: true }
    },
    train: none(),
    validation: none(),
    test: none()
  }
  function none() {
    return { size: 1, batch: () => Effect.die("not asked for") }
  }
  const good: LabelledBatch = {
    size: 1,
    inputs: { face: new Uint8Array(4) },
    labels: { age: Float32Array.of(30), tags: Int32Array.of(1, -1) },
    weights: { age: Float32Array.of(2) },
    masks: { tags: Uint8Array.of(1, 0) }
  }
  const fetched = (batch: LabelledBatch) =>
    fetch(
      { ...named, train: { size: 9, batch: () => Effect.succeed(batch) } },
      "train",
      Int32Array.of(7)
    )

  it.effect("accepts what is as declared, with any label where the mask is 0", () =>
    Effect.gen(function* () {
      expect(yield* fetched(good)).toBe(good)
    })
  )

  it.effect.each<[string, Partial<LabelledBatch>]>([
    [
      "people, a batch of train: inputs.face is a Float32Array, but the dataset declares uint8, a Uint8Array",
      { inputs: { face: new Float32Array(4) } }
    ],
    ["people, a batch of train: it has no inputs.face, which the dataset declares", { inputs: {} }],
    [
      "people, a batch of train: inputs.face holds 3 numbers, 4 expected (1 × [2, 2])",
      { inputs: { face: new Uint8Array(3) } }
    ],
    [
      "people, a batch of train: it has no labels.tags, which the dataset declares",
      { labels: { age: Float32Array.of(30) } }
    ],
    [
      "people, a batch of train: it has no weights.age, which the dataset declares",
      { weights: {} }
    ],
    ["people, a batch of train: it has no masks.tags, which the dataset declares", { masks: {} }],
    [
      "people, a batch of train: it has masks.age, which would be ignored: declare masked: true with the label",
      { masks: { age: Uint8Array.of(1), tags: Uint8Array.of(1, 0) } }
    ],
    [
      "people, a batch of train: it has weights.tags, which would be ignored: declare weighted: true with the label",
      { weights: { age: Float32Array.of(1), tags: Float32Array.of(1) } }
    ],
    [
      "people, a batch of train: weights.age must be finite and not negative",
      { weights: { age: Float32Array.of(NaN) } }
    ],
    [
      "people, train example 7: its label tags is -1, but there are 2 classes, from 0",
      { masks: { tags: Uint8Array.of(1, 1) } }
    ]
  ])("fails with: %s", ([message, change]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fetched({ ...good, ...change }))
      expect(error.message).toBe(message)
    })
  )
})
