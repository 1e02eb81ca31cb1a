import { describe, expect, it } from "@effect/vitest"
import { Objective } from "holdfast"
import type { Head } from "../../src/training/Heads.js"
import type { ConfusionMatrix, PerClass, WorstExamples } from "../../src/events/MetricDetails.js"
import { collect } from "../../src/training/Predictions.js"

const classes = ["cat", "dog", "emu"]
const head = (options: Partial<Head> = {}): Head => ({
  name: null,
  output: 0,
  field: { name: null, shape: [], classes },
  objective: Objective.classification,
  lossWeight: 1,
  ...options
})
const describeExample = (index: number) => ({ name: `example ${index}` })

/** A batch with these labels, and whatever else. */
const batchOf = (labels: ReadonlyArray<number>, rest: object = {}) => ({
  size: labels.length,
  inputs: new Float32Array(labels.length),
  labels: Int32Array.from(labels),
  ...rest
})

/** What is shown of batches, each with its logits. */
const detailsOf = (
  batches: ReadonlyArray<readonly [ReturnType<typeof batchOf>, ReadonlyArray<number>]>,
  heads: ReadonlyArray<Head> = [head()]
) => {
  const predictions = collect(heads)
  let start = 0
  for (const [batch, logits] of batches) {
    predictions.add(batch, { "": Float32Array.from(logits) }, start)
    start += batch.size
  }
  return predictions.details("validation", describeExample) as {
    readonly confusion_matrix?: ConfusionMatrix
    readonly per_class?: PerClass
    readonly worst_examples?: WorstExamples
  }
}

describe("Predictions.collect", () => {
  it("counts guesses by label, and the figures of each class", () => {
    // Guesses: cat, dog; dog, cat.
    const { confusion_matrix, per_class } = detailsOf([
      [batchOf([0, 1]), [2, 1, 0, 0, 3, 0]],
      [batchOf([0, 2]), [0, 1, 0, 1, 1, 0]]
    ])
    expect(confusion_matrix).toEqual({
      classes,
      counts: [
        [1, 1, 0],
        [0, 1, 0],
        [1, 0, 0]
      ]
    })
    expect(per_class).toEqual({
      classes,
      precision: [0.5, 0.5, 0],
      recall: [0.5, 1, 0],
      f1: [0.5, 0.666667, 0],
      support: [2, 1, 1]
    })
  })

  it("names the examples with the largest losses, the worst first", () => {
    const { worst_examples } = detailsOf([
      [batchOf([0, 1]), [0, 0, 0, 0, 5, 0]],
      [batchOf([2]), [Math.log(6), Math.log(3), 0]]
    ])
    expect(worst_examples).toEqual({
      split: "validation",
      classes,
      examples: [
        {
          index: 2,
          path: null,
          name: "example 2",
          label: "emu",
          predicted: "cat",
          probability: 0.6,
          label_probability: 0.1,
          loss: Number(Math.log(10).toPrecision(6))
        },
        expect.objectContaining({ index: 0, predicted: "cat", probability: 0.333333 }),
        expect.objectContaining({ index: 1, label: "dog", predicted: "dog" })
      ]
    })
  })

  it("keeps 24 examples, of equal losses those that come first, a loss of NaN before all", () => {
    const labels = Array.from({ length: 40 }, () => 0)
    const logits = labels.flatMap((_, i) =>
      i === 30 ? [NaN, 0, 0] : i > 36 ? [0, 2, 0] : [0, 1, 0]
    )
    const examples = detailsOf([[batchOf(labels), logits]]).worst_examples!.examples
    const first = Array.from({ length: 20 }, (_, i) => i)
    expect(examples.map(({ index }) => index)).toEqual([30, 37, 38, 39, ...first])
    expect(examples[0]).toMatchObject({ loss: Infinity, label_probability: 0 })
  })

  it("leaves out masked examples, and counts others by their weights", () => {
    const field = { name: null, shape: [], classes, masked: true, weighted: true }
    const rest = { masks: Uint8Array.of(0, 1, 1), weights: Float32Array.of(1, 0.5, 2) }
    const { confusion_matrix, worst_examples } = detailsOf(
      [[batchOf([-1, 0, 1], rest), [9, 0, 0, 9, 0, 0, 9, 0, 0]]],
      [head({ field })]
    )
    expect(confusion_matrix!.counts.slice(0, 2)).toEqual([
      [0.5, 0, 0],
      [2, 0, 0]
    ])
    expect(worst_examples!.examples.map(({ index }) => index)).toEqual([2, 1])
  })

  it("takes one logit for that of the second of two classes", () => {
    const binary = head({
      field: { name: null, shape: [1], classes: ["no", "yes"] },
      objective: Objective.binary
    })
    const { confusion_matrix, worst_examples } = detailsOf(
      [[batchOf([0, 1, 0]), [-1, 2, Math.log(3)]]],
      [binary]
    )
    expect(confusion_matrix!.counts).toEqual([
      [1, 1],
      [0, 1]
    ])
    expect(worst_examples!.examples[0]).toMatchObject({
      index: 2,
      label: "no",
      predicted: "yes",
      probability: 0.75,
      label_probability: 0.25
    })
  })

  it("puts the name of the output before the details of several", () => {
    const predictions = collect([
      head({ name: "kind" }),
      head({ name: "age", objective: Objective.regression })
    ])
    const batch = { size: 1, inputs: new Float32Array(1), labels: { kind: Int32Array.of(1) } }
    const named = head({ name: "kind", field: { name: "kind", shape: [], classes } })
    const own = collect([named])
    own.add(batch, { kind: Float32Array.of(0, 1, 0) }, 0)
    expect(Object.keys(predictions.details("test", describeExample))).toEqual([
      "kind_confusion_matrix",
      "kind_per_class",
      "kind_worst_examples"
    ])
    expect(own.details("test", describeExample)["kind_confusion_matrix"]).toMatchObject({
      counts: [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0]
      ]
    })
  })

  it("shows no matrix of more than 100 classes, and nothing of more than 1,000 or of positions", () => {
    const many = (count: number) =>
      head({
        field: { name: null, shape: [], classes: Array.from({ length: count }, (_, i) => `${i}`) }
      })
    const names = (one: Head) => Object.keys(collect([one]).details("test", describeExample))
    expect(names(many(100))).toContain("confusion_matrix")
    expect(names(many(101))).toEqual(["per_class", "worst_examples"])
    expect(names(many(1001))).toEqual([])
    expect(names(head({ field: { name: null, shape: [4], classes } }))).toEqual([])
  })
})
