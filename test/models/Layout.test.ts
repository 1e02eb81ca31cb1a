import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { layoutsOf } from "../../src/models/Layout.js"
import { shapeAfter } from "../../src/models/Rearrangement.js"

/** The shape of each of PyTorch's parameters, by the name of the layer and of the parameter. */
const parametersOf = (model: tf.LayersModel) =>
  Object.fromEntries(
    layoutsOf(model).flatMap(({ path, torch }) =>
      (torch ?? []).flatMap(({ join, parameters, shape, steps }) =>
        parameters.map((one) => [
          `${path}.${one}`,
          shapeAfter(steps, join === "stack" ? shape.slice(1) : shape)
        ])
      )
    )
  )

describe("layoutsOf", () => {
  it("puts the outputs of kernels first, as PyTorch does", () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ name: "conv", filters: 4, kernelSize: [3, 2], inputShape: [8, 8, 3] }),
        tf.layers.batchNormalization({ name: "norm" }),
        tf.layers.depthwiseConv2d({ name: "depthwise", kernelSize: 2, depthMultiplier: 2 }),
        tf.layers.separableConv2d({ name: "separable", filters: 5, kernelSize: 3 }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ name: "head", units: 7 })
      ]
    })
    expect(parametersOf(model)).toStrictEqual({
      "conv.weight": [4, 3, 3, 2],
      "conv.bias": [4],
      "norm.weight": [4],
      "norm.bias": [4],
      "norm.running_mean": [4],
      "norm.running_var": [4],
      "depthwise.weight": [8, 1, 2, 2],
      "depthwise.bias": [8],
      "separable.depthwise.weight": [8, 1, 3, 3],
      "separable.pointwise.weight": [5, 8, 1, 1],
      "separable.pointwise.bias": [5],
      "head.weight": [7, 5],
      "head.bias": [7]
    })
  })

  it("names the parameters of both directions of recurrent layers, and of wrapped layers", () => {
    const lstm = tf.layers.lstm({ units: 3, returnSequences: true }) as tf.RNN
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ name: "embedding", inputDim: 10, outputDim: 4, inputLength: 6 }),
        tf.layers.bidirectional({ name: "lstm", layer: lstm, mergeMode: "concat" }),
        tf.layers.timeDistributed({ name: "each", layer: tf.layers.dense({ units: 2 }) })
      ]
    })
    expect(parametersOf(model)).toStrictEqual({
      "embedding.weight": [10, 4],
      "lstm.weight_ih_l0": [12, 4],
      "lstm.weight_hh_l0": [12, 3],
      "lstm.bias_ih_l0": [12],
      "lstm.bias_hh_l0": [12],
      "lstm.weight_ih_l0_reverse": [12, 4],
      "lstm.weight_hh_l0_reverse": [12, 3],
      "lstm.bias_ih_l0_reverse": [12],
      "lstm.bias_hh_l0_reverse": [12],
      "each.weight": [2, 6],
      "each.bias": [2]
    })
  })

  it.each([
    {
      what: "channels first after images",
      layers: [
        tf.layers.maxPooling2d({ poolSize: 2, inputShape: [4, 4, 3] }),
        tf.layers.dropout({ rate: 0.5 })
      ],
      steps: ["reshape", "transpose", "reshape"]
    },
    {
      what: "channels first after a convolution of sequences",
      layers: [
        tf.layers.conv1d({ filters: 3, kernelSize: 1, inputShape: [4, 2] }),
        tf.layers.reLU({})
      ],
      steps: ["reshape", "transpose", "reshape"]
    },
    {
      what: "in the order of ours after a recurrent layer",
      layers: [tf.layers.lstm({ units: 3, returnSequences: true, inputShape: [4, 2] })],
      steps: ["transpose"]
    }
  ])("counts the inputs of a dense layer after Flatten $what", ({ layers, steps }) => {
    const head = tf.layers.dense({ name: "head", units: 2 })
    const model = tf.sequential({ layers: [...layers, tf.layers.flatten(), head] })
    const kernel = layoutsOf(model).at(-1)!.torch![0]!
    expect(kernel.steps.map(({ _tag }) => _tag)).toStrictEqual(steps)
  })

  it("has no layout for a layer that PyTorch does not have", () => {
    const cells = [tf.layers.lstmCell({ units: 2 }), tf.layers.lstmCell({ units: 2 })]
    const model = tf.sequential({
      layers: [tf.layers.rnn({ cell: tf.layers.stackedRNNCells({ cells }), inputShape: [3, 2] })]
    })
    expect(layoutsOf(model).map(({ torch }) => torch)).toStrictEqual([null])
  })
})
