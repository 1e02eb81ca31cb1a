import { describe, expect, it } from "@effect/vitest"
import { Metric } from "holdfast"
import * as MetricStates from "../../../src/training/metric/MetricStates.js"
import { ofMeans } from "../../../src/training/metric/mean.js"

const f1 = Metric.f1()
const accumulators: MetricStates.Accumulators = new Map<string, Metric.Accumulator>([
  ["loss", ofMeans("loss")],
  ["accuracy", Metric.accuracy],
  ["f1", f1]
])
const batch = {
  loss: Float32Array.of(0.5),
  accuracy: Float32Array.of(3),
  f1: Float32Array.of(2, 1, 0, 1)
}

describe("MetricStates.update", () => {
  it("keeps a state that is a number in sums, others in metric_states", () => {
    const one = MetricStates.update(accumulators, MetricStates.initial, batch, 4)
    expect(one).toStrictEqual({
      sums: { loss: 2, accuracy: 3 },
      metric_states: { f1: [2, 1, 0, 1] }
    })
    expect(MetricStates.update(accumulators, one, batch, 2)).toStrictEqual({
      sums: { loss: 3, accuracy: 6 },
      metric_states: { f1: [4, 2, 0, 2] }
    })
  })

  it("has no metric_states where every state is a number", () => {
    const { accuracy, loss } = batch
    expect(
      MetricStates.update(accumulators, MetricStates.initial, { loss, accuracy }, 4)
    ).toStrictEqual({ sums: { loss: 2, accuracy: 3 } })
  })

  it("sums what has no accumulator", () => {
    const before = { sums: { custom: 1 } }
    const measured = { custom: Float32Array.of(2) }
    expect(MetricStates.update(accumulators, before, measured, 4).sums).toStrictEqual({ custom: 3 })
  })

  it("weighs a batch's mean by the sum of its weights", () => {
    const means = [Float32Array.of(0.5, 3), Float32Array.of(2, 1), Float32Array.of(0, 0)]
    const states = means.reduce(
      (before, loss) => MetricStates.update(accumulators, before, { loss }, 4),
      MetricStates.initial
    )
    expect(states).toStrictEqual({
      sums: {},
      metric_states: { loss: { sum: 3.5, weight: 4 } }
    })
    expect(MetricStates.compute(accumulators, states, 12)).toStrictEqual({ loss: 3.5 / 4 })
  })
})

describe("MetricStates.compute", () => {
  it("gives the metrics in the order of the accumulators, then others", () => {
    const states = { sums: { other: 1, accuracy: 2, loss: 3 }, metric_states: { f1: [1, 0, 0, 1] } }
    expect(Object.keys(MetricStates.compute(accumulators, states, 2))).toStrictEqual([
      "loss",
      "accuracy",
      "f1",
      "other"
    ])
  })

  it("divides sums by the number of examples and computes the others from their states", () => {
    const states = MetricStates.update(accumulators, MetricStates.initial, batch, 4)
    const values = MetricStates.compute(accumulators, states, 4)
    expect(values).toStrictEqual({ loss: 0.5, accuracy: 0.75, f1: (4 / 5 + 2 / 3) / 2 })
  })
})

describe("MetricStates.decode", () => {
  it("reads what encode has written", () => {
    const states = MetricStates.update(accumulators, MetricStates.initial, batch, 4)
    const json = JSON.parse(JSON.stringify(MetricStates.encode(accumulators, states)))
    expect(MetricStates.decode(accumulators, json)).toStrictEqual({
      position: states,
      lost: []
    })
  })

  it("names the states of metrics that the run no longer has, or whose schema has changed", () => {
    const json = { sums: { loss: 1 }, metric_states: { f1: "half", auc: {}, other: [1] } }
    expect(MetricStates.decode(accumulators, json)).toStrictEqual({
      position: { sums: { loss: 1 }, metric_states: {} },
      lost: ["f1", "auc", "other"]
    })
  })
})
