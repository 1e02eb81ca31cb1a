import * as tf from "holdfast/tf"

const L = tf.layers

/** The shape of one input of `everyKernel`, and how many classes it tells apart. */
export const inputShape = [16, 16]
export const classes = 5

/**
 * A small network through every kernel of our own that trains: products of matrices, convolution by
 * Winograd's algorithm and without, depthwise convolution, pooling, both normalisations, LSTM, GRU
 * and the rectifier; with the loss of `Objective.classification`, cross-entropy too.
 */
export const everyKernel = () =>
  tf.sequential({
    layers: [
      L.conv1d({ filters: 16, kernelSize: 3, padding: "same", inputShape }),
      L.batchNormalization(),
      L.reLU(),
      L.conv1d({ filters: 16, kernelSize: 5 }),
      L.reshape({ targetShape: [4, 3, 16] }),
      L.depthwiseConv2d({ kernelSize: 3, padding: "same" }),
      L.conv2d({ filters: 8, kernelSize: 1, activation: "relu" }),
      L.maxPooling2d({ poolSize: 2, padding: "same" }),
      L.reshape({ targetShape: [4, 8] }),
      L.layerNormalization(),
      L.lstm({ units: 6, returnSequences: true }),
      L.gru({ units: 6 }),
      L.dropout({ rate: 0.25 }),
      L.dense({ units: 12, activation: "tanh" }),
      L.dense({ units: classes })
    ]
  })
