import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as tf from "holdfast/tf"

/** The path of a file that `fixtures/make.py` has made. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

interface Expected {
  readonly shape: ReadonlyArray<number>
  readonly inputs: ReadonlyArray<number>
  readonly outputs: ReadonlyArray<number>
}

const all = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Record<string, Expected>

/** What the model of a file predicts, as its own program has computed it. */
export const expected = (name: string): Expected => all[name]!

/** The greatest difference between what our model predicts and what the original does. */
export const difference = (model: tf.LayersModel, name: string): number => {
  const { inputs, outputs, shape } = expected(name)
  const ours = tf.tidy(() =>
    (model.predict(tf.tensor([...inputs], [...shape])) as tf.Tensor).dataSync()
  )
  return Math.max(...outputs.map((one, i) => Math.abs(one - ours[i]!)))
}

const { layers } = tf

/** Layers that the other models lack. */
const volumes = () =>
  tf.sequential({
    layers: [
      layers.conv3d({ filters: 3, kernelSize: [2, 3, 1], inputShape: [3, 4, 2, 2] }),
      layers.prelu({ sharedAxes: [1, 2, 3] }),
      layers.conv3dTranspose({ filters: 2, kernelSize: [2, 2, 3], strides: [1, 2, 1] }),
      layers.reshape({ targetShape: [12, 4, 2] }),
      layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: [1, 2] }),
      layers.reshape({ targetShape: [14, 24] }),
      layers.bidirectional({ mergeMode: "concat", layer: rnn(4, true) }),
      rnn(3, false),
      layers.dense({ units: 2 })
    ]
  })

/** The models of `fixtures/make.py`, built with TensorFlow.js. */
export const models = {
  "images.pth": () =>
    tf.sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", inputShape: [8, 10, 2] }),
        layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.depthwiseConv2d({ kernelSize: [3, 2], depthMultiplier: 2 }),
        layers.averagePooling2d({ poolSize: [1, 2], strides: 1 }),
        layers.separableConv2d({ filters: 6, kernelSize: 3, padding: "same" }),
        layers.flatten(),
        layers.dense({ units: 5 }),
        layers.layerNormalization({ epsilon: 1e-5 }),
        layers.dense({ units: 3 })
      ]
    }),
  "sequences.pt": () =>
    tf.sequential({
      layers: [
        layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 7 }),
        layers.bidirectional({ mergeMode: "concat", layer: lstm(3) }),
        lstm(5),
        lstm(5),
        gru(4, false),
        layers.dense({ units: 2 })
      ]
    }),
  "signals.pth": () =>
    tf.sequential({
      layers: [
        layers.conv1d({
          name: "conv",
          filters: 4,
          kernelSize: 3,
          activation: "relu",
          inputShape: [10, 3]
        }),
        layers.maxPooling1d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ name: "head", units: 2 })
      ]
    }),
  "images.keras": () =>
    tf.sequential({
      layers: [
        layers.conv2d({
          name: "conv",
          filters: 4,
          kernelSize: 3,
          padding: "same",
          inputShape: [8, 6, 2]
        }),
        layers.batchNormalization({ name: "norm" }),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.depthwiseConv2d({ name: "depthwise", kernelSize: [3, 2], depthMultiplier: 2 }),
        layers.separableConv2d({ name: "separable", filters: 6, kernelSize: 2, padding: "same" }),
        layers.averagePooling2d({ poolSize: 2, padding: "same" }),
        layers.flatten(),
        layers.dense({ name: "hidden", units: 5 }),
        layers.layerNormalization({ name: "layer_norm" }),
        layers.dense({ name: "classifier", units: 3, activation: "softmax" })
      ]
    }),
  "sequences.keras": () =>
    tf.sequential({
      layers: [
        layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 7 }),
        layers.bidirectional({ mergeMode: "concat", layer: lstm(3) }),
        gru(4, true),
        layers.bidirectional({ mergeMode: "concat", layer: gru(3, true) }),
        layers.conv1d({ filters: 4, kernelSize: 2, activation: "relu" }),
        layers.globalAveragePooling1d(),
        layers.dense({ units: 2 })
      ]
    }),
  "volumes.pth": volumes,
  "volumes.keras": volumes
} as const

const rnn = (units: number, returnSequences: boolean) =>
  layers.simpleRNN({ units, returnSequences }) as tf.RNN

const lstm = (units: number) =>
  layers.lstm({ units, returnSequences: true, recurrentActivation: "sigmoid" }) as tf.RNN

const gru = (units: number, returnSequences: boolean) =>
  layers.gru({ units, returnSequences, recurrentActivation: "sigmoid", resetAfter: true }) as tf.RNN
