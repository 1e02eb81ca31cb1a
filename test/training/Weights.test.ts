import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { ofModel } from "../../src/training/Weights.js"

const { layers } = tf

const build = () =>
  tf.sequential({
    layers: [
      layers.conv1d({ filters: 2, kernelSize: 2, inputShape: [6, 3] }),
      layers.batchNormalization(),
      layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) as never }),
      layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
      layers.gru({ units: 2, name: "summary" }),
      tf.sequential({
        layers: [layers.dense({ units: 3, inputShape: [2] }), layers.dense({ units: 2 })]
      }),
      layers.dense({ units: 2 }),
      layers.dense({ units: 2, useBias: false })
    ]
  })

describe("Weights", () => {
  it("have names that do not depend on what the process has built before", () => {
    const names = ofModel(build()).map((weight) => weight.name)
    expect(ofModel(build()).map((weight) => weight.name)).toStrictEqual(names)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toMatchInlineSnapshot(`
      [
        "conv1d_1.kernel",
        "conv1d_1.bias",
        "batch_normalization_1.gamma",
        "batch_normalization_1.beta",
        "batch_normalization_1.moving_mean",
        "batch_normalization_1.moving_variance",
        "bidirectional_1.forward_lstm.kernel",
        "bidirectional_1.forward_lstm.recurrent_kernel",
        "bidirectional_1.forward_lstm.bias",
        "bidirectional_1.backward_lstm.kernel",
        "bidirectional_1.backward_lstm.recurrent_kernel",
        "bidirectional_1.backward_lstm.bias",
        "time_distributed_1.kernel",
        "time_distributed_1.bias",
        "summary.kernel",
        "summary.recurrent_kernel",
        "summary.bias",
        "sequential_1.dense_1.kernel",
        "sequential_1.dense_1.bias",
        "sequential_1.dense_2.kernel",
        "sequential_1.dense_2.bias",
        "dense_1.kernel",
        "dense_1.bias",
        "dense_2.kernel",
      ]
    `)
  })

  it("tell which are trained", () => {
    const model = build()
    model.layers[7]!.trainable = false
    const fixed = ofModel(model).filter((weight) => !weight.trainable)
    expect(fixed.map((weight) => weight.name)).toStrictEqual([
      "batch_normalization_1.moving_mean",
      "batch_normalization_1.moving_variance",
      "dense_2.kernel"
    ])
  })
})
