import type { layers } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { describe, expect, it } from "@effect/vitest"
import { distance, numbers, setWeights, tensor, use } from "./backends.js"

type Layer = layers.Layer

interface Case {
  readonly input: ReadonlyArray<number>
  readonly layers: () => ReadonlyArray<Layer>
  /** The number of tokens if the input is of whole numbers. */
  readonly tokens?: number
}

const L = tf.layers
const image = [9, 8, 3]
const series = [12, 5]

const cases: Record<string, Case> = {
  "dense with relu": {
    input: [70],
    layers: () => [L.dense({ units: 60, activation: "relu" }), L.dense({ units: 9 })]
  },
  "dense over time": {
    input: [5, 7],
    layers: () => [L.dense({ units: 60, activation: "tanh" }), L.dense({ units: 4 })]
  },
  conv1d: {
    input: series,
    layers: () => [
      L.conv1d({ filters: 6, kernelSize: 5 }),
      L.conv1d({ filters: 9, kernelSize: 3, activation: "relu" })
    ]
  },
  "conv1d, same, strides": {
    input: series,
    layers: () => [
      L.conv1d({ filters: 8, kernelSize: 3, padding: "same" }),
      L.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: "same" })
    ]
  },
  conv2d: {
    input: image,
    layers: () => [
      L.conv2d({ filters: 8, kernelSize: 3 }),
      L.conv2d({ filters: 5, kernelSize: [3, 2] })
    ]
  },
  "conv2d, same, strides": {
    input: image,
    layers: () => [
      L.conv2d({ filters: 4, kernelSize: 3, padding: "same" }),
      L.conv2d({ filters: 5, kernelSize: [5, 3], strides: [2, 3], padding: "same" })
    ]
  },
  "conv2d of one by one": {
    input: image,
    layers: () => [
      L.conv2d({ filters: 5, kernelSize: 1 }),
      L.conv2d({ filters: 4, kernelSize: 1, strides: 2 })
    ]
  },
  conv2dTranspose: {
    input: [5, 4, 3],
    layers: () => [
      L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }),
      L.conv2dTranspose({ filters: 2, kernelSize: 3 })
    ]
  },
  conv3d: {
    input: [4, 5, 5, 2],
    layers: () => [
      L.conv3d({ filters: 3, kernelSize: 2, strides: 1 }),
      L.conv3d({ filters: 3, kernelSize: 2, strides: 2, padding: "same" })
    ]
  },
  depthwiseConv2d: {
    input: image,
    layers: () => [
      L.conv2d({ filters: 8, kernelSize: 1 }),
      L.depthwiseConv2d({ kernelSize: 3, padding: "same" })
    ]
  },
  "depthwiseConv2d, strides, multiplier": {
    input: image,
    layers: () => [
      L.conv2d({ filters: 3, kernelSize: 1 }),
      L.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2 })
    ]
  },
  separableConv2d: {
    input: image,
    layers: () => [
      L.conv2d({ filters: 4, kernelSize: 1 }),
      L.separableConv2d({ filters: 6, kernelSize: 3, padding: "same" })
    ]
  },
  "maxPooling2d of negative windows": {
    input: image,
    layers: () => [
      L.conv2d({ filters: 6, kernelSize: 1 }),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })
    ]
  },
  maxPooling1d: {
    input: series,
    layers: () => [L.conv1d({ filters: 5, kernelSize: 1 }), L.maxPooling1d({ poolSize: 2 })]
  },
  averagePooling2d: {
    input: image,
    layers: () => [L.conv2d({ filters: 5, kernelSize: 1 }), L.averagePooling2d({ poolSize: 2 })]
  },
  averagePooling1d: {
    input: series,
    layers: () => [L.conv1d({ filters: 5, kernelSize: 1 }), L.averagePooling1d({ poolSize: 3 })]
  },
  maxPooling3d: {
    input: [4, 4, 4, 2],
    layers: () => [L.dense({ units: 3 }), L.maxPooling3d({ poolSize: 2 })]
  },
  "global pooling": {
    input: series,
    layers: () => [L.conv1d({ filters: 6, kernelSize: 3 }), L.globalAveragePooling1d({})]
  },
  "global max pooling": {
    input: image,
    layers: () => [L.conv2d({ filters: 6, kernelSize: 3 }), L.globalMaxPooling2d({})]
  },
  batchNormalization: {
    input: series,
    layers: () => [
      L.conv1d({ filters: 9, kernelSize: 3, useBias: false }),
      L.batchNormalization(),
      L.reLU()
    ]
  },
  layerNormalization: {
    input: series,
    layers: () => [L.dense({ units: 6 }), L.layerNormalization()]
  },
  embedding: {
    input: [6],
    tokens: 10,
    layers: () => [
      L.embedding({ inputDim: 10, outputDim: 5, inputLength: 6 }),
      L.flatten(),
      L.dense({ units: 3 })
    ]
  },
  "embedding with mask, LSTM": {
    input: [6],
    tokens: 10,
    layers: () => [
      L.embedding({ inputDim: 10, outputDim: 5, inputLength: 6, maskZero: true }),
      L.lstm({ units: 4, recurrentInitializer: "glorotNormal" })
    ]
  },
  LSTM: {
    input: [6, 3],
    layers: () => [
      L.lstm({ units: 5, returnSequences: true, recurrentInitializer: "glorotNormal" }),
      L.lstm({ units: 4, recurrentInitializer: "glorotNormal" })
    ]
  },
  "GRU, bidirectional": {
    input: [6, 3],
    layers: () => [
      L.bidirectional({
        layer: L.gru({ units: 5, recurrentInitializer: "glorotNormal" }) as never,
        mergeMode: "concat"
      })
    ]
  },
  simpleRNN: {
    input: [6, 3],
    layers: () => [L.simpleRNN({ units: 5, recurrentInitializer: "glorotNormal" })]
  },
  timeDistributed: {
    input: [6, 3],
    layers: () => [L.timeDistributed({ layer: L.dense({ units: 5 }) })]
  },
  "reshape, permute, repeat": {
    input: [12],
    layers: () => [
      L.dense({ units: 12 }),
      L.repeatVector({ n: 3 }),
      L.permute({ dims: [2, 1] }),
      L.reshape({ targetShape: [6, 6] }),
      L.flatten(),
      L.dense({ units: 2 })
    ]
  },
  "padding and cropping": {
    input: image,
    layers: () => [
      L.conv2d({ filters: 4, kernelSize: 1 }),
      L.zeroPadding2d({ padding: 1 }),
      L.cropping2D({
        cropping: [
          [1, 0],
          [1, 1]
        ]
      })
    ]
  },
  "dropout with a seed": {
    input: [40],
    layers: () => [L.dense({ units: 30 }), L.dropout({ rate: 0.5, seed: 7 }), L.dense({ units: 3 })]
  }
}

/** Outputs, and the gradients of a random linear function of them by each weight. */
const gradients = async (backend: "wasm" | "cpu", { input, layers, tokens }: Case) => {
  await use(backend)
  const model = tf.sequential()
  model.add(L.inputLayer({ inputShape: [...input] }))
  for (const layer of layers()) model.add(layer)
  setWeights(model)
  const result = tf.tidy(() => {
    const given = tensor([3, ...input], 99)
    const x = tokens === undefined ? given : tf.floor(tf.mul(tf.add(given, 1), tokens / 2))
    const { value, grads } = tf.variableGrads(() => {
      const y = model.apply(x, { training: true }) as tf.Tensor
      return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 77), y.shape)))
    })
    const outputs = model.weights.filter((w) => !w.trainable).map((w) => w.read().dataSync())
    return [value.dataSync(), ...outputs, ...Object.values(grads).map((g) => g.dataSync())]
  })
  model.dispose()
  return result
}

describe("the training kernels for WebAssembly", () => {
  for (const [name, given] of Object.entries(cases)) {
    it(`give the gradients of ${name} as plain JavaScript does`, async () => {
      const expected = await gradients("cpu", given)
      const actual = await gradients("wasm", given)
      expect(actual.length).toBe(expected.length)
      const distances = actual.map((values, i) => distance(values, expected[i]!))
      expect(Math.max(...distances)).toBeLessThan(2e-5)
    })
  }
})
