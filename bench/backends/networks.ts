import { StatisticsPooling } from "holdfast/audio"
import * as tf from "holdfast/tf"

export const networkNames = ["dense", "conv2d", "conv1d", "depthwise", "lstm", "speaker"] as const
export type NetworkName = (typeof networkNames)[number]

/** Examples in a batch, and classes. */
export const batch = 32
export const classes = 10

const L = tf.layers
const relu = "relu" as const
const frames = { vector: [640], series: [98, 40], image: [98, 40, 1] }

export const layersOf: Record<NetworkName, () => Array<tf.layers.Layer>> = {
  dense: () => [
    L.dense({ units: 512, activation: relu, inputShape: frames.vector }),
    L.dense({ units: 512, activation: relu })
  ],
  conv2d: () => [
    L.conv2d({ filters: 16, kernelSize: 3, padding: "same", inputShape: frames.image }),
    L.batchNormalization(),
    L.reLU(),
    L.maxPooling2d({ poolSize: 2 }),
    L.conv2d({ filters: 32, kernelSize: 3, activation: relu }),
    L.globalAveragePooling2d({})
  ],
  conv1d: () => [
    L.conv1d({ filters: 64, kernelSize: 5, activation: relu, inputShape: frames.series }),
    L.conv1d({ filters: 64, kernelSize: 3, activation: relu }),
    L.globalAveragePooling1d({})
  ],
  depthwise: () => [
    L.conv2d({
      filters: 32,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      activation: relu,
      inputShape: frames.image
    }),
    L.depthwiseConv2d({ kernelSize: 3, padding: "same" }),
    L.batchNormalization(),
    L.reLU(),
    L.conv2d({ filters: 64, kernelSize: 1, activation: relu }),
    L.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same" }),
    L.conv2d({ filters: 64, kernelSize: 1, activation: relu }),
    L.globalAveragePooling2d({})
  ],
  lstm: () => [
    L.lstm({ units: 64, recurrentInitializer: "glorotNormal", inputShape: frames.series })
  ],
  speaker: () => [
    L.batchNormalization({ inputShape: frames.series }),
    L.conv1d({ filters: 64, kernelSize: 5, activation: relu }),
    L.batchNormalization(),
    L.conv1d({ filters: 64, kernelSize: 3, activation: relu }),
    L.batchNormalization(),
    new StatisticsPooling(),
    L.dropout({ rate: 0.2 }),
    L.dense({ units: 64, activation: relu }),
    L.dropout({ rate: 0.2 })
  ]
}

/** A network, with a batch for it. */
export const make = (name: NetworkName) => {
  const layers = layersOf[name]()
  const model = tf.sequential({ layers: [...layers, L.dense({ units: classes })] })
  const shape = model.inputs[0]!.shape.slice(1) as Array<number>
  const inputs = tf.randomNormal([batch, ...shape], 0, 1, "float32", 1)
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % classes),
    "int32"
  )
  return { model, inputs, labels }
}
