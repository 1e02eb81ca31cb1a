import type { layers, SymbolicTensor } from "holdfast/tf"
import { multiHeadAttention, positionalEncoding, reversibleEmbedding } from "holdfast/layers"
import * as tf from "holdfast/tf"

type Layer = layers.Layer

/** A way of using a layer, as a stack that it is part of. */
export interface LayerCase {
  readonly layer: string
  readonly used: string
  readonly input: ReadonlyArray<number>
  readonly build: (input: SymbolicTensor) => SymbolicTensor
  /** How many tokens there are, if the input is of tokens. */
  readonly tokens?: number
}

const L = tf.layers

/** Layers that cannot be chained by their types alone: wrappers want an RNN, say. */
const stack =
  (...chain: ReadonlyArray<Layer>) =>
  (input: SymbolicTensor): SymbolicTensor =>
    chain.reduce((x, layer) => layer.apply(x) as SymbolicTensor, input)

/** The layer after one with weights, whose gradient has to come through it. */
const below = {
  vector: () => L.dense({ units: 12 }),
  series: () => L.conv1d({ filters: 6, kernelSize: 1 }),
  image: () => L.conv2d({ filters: 5, kernelSize: 1 }),
  volume: () => L.dense({ units: 3 })
}
const shapes = { vector: [7], series: [12, 5], image: [9, 8, 3], volume: [5, 6, 4, 2] }

type Kind = keyof typeof below

const after = (kind: Kind, layer: string, used: string, make: () => Layer): LayerCase => ({
  layer,
  used,
  input: shapes[kind],
  build: (input) => stack(below[kind](), make())(input)
})

const merge = (layer: string, make: () => Layer): LayerCase => ({
  layer,
  used: "two branches",
  input: [7],
  build: (input) =>
    make().apply([
      L.dense({ units: 6 }).apply(input) as SymbolicTensor,
      L.dense({ units: 6, activation: "tanh" }).apply(input) as SymbolicTensor
    ]) as SymbolicTensor
})

const activations = [
  "elu", "hardSigmoid", "linear", "relu", "relu6", "selu", "sigmoid", "softmax", "softplus",
  "softsign", "tanh", "swish", "mish", "gelu", "gelu_new"
] as const

const dense: ReadonlyArray<LayerCase> = [
  ...activations.map((activation) =>
    after("vector", "dense", activation, () => L.dense({ units: 9, activation }))
  ),
  after("series", "dense", "over time", () => L.dense({ units: 60 })),
  after("vector", "activation", "tanh", () => L.activation({ activation: "tanh" })),
  after("vector", "elu", "", () => L.elu()),
  after("vector", "leakyReLU", "", () => L.leakyReLU()),
  after("vector", "prelu", "", () => L.prelu({ alphaInitializer: "ones" })),
  after("vector", "reLU", "", () => L.reLU()),
  after("vector", "softmax", "", () => L.softmax()),
  after("vector", "thresholdedReLU", "", () => L.thresholdedReLU({ theta: 0.1 }))
]

const same = "same" as const
const convolutions: ReadonlyArray<LayerCase> = [
  after("series", "conv1d", "valid", () => L.conv1d({ filters: 9, kernelSize: 5 })),
  after("series", "conv1d", "same, strides 2", () => L.conv1d({ filters: 8, kernelSize: 3, strides: 2, padding: same })),
  after("series", "conv1d", "dilation 2", () => L.conv1d({ filters: 7, kernelSize: 3, dilationRate: 2 })),
  after("series", "conv1d", "same, dilation 3", () => L.conv1d({ filters: 4, kernelSize: 3, dilationRate: 3, padding: same })),
  after("series", "conv1d", "causal", () => L.conv1d({ filters: 4, kernelSize: 3, padding: "causal" })),
  after("series", "conv1d", "causal, dilation 2", () => L.conv1d({ filters: 4, kernelSize: 3, padding: "causal", dilationRate: 2 })),
  after("image", "conv2d", "valid", () => L.conv2d({ filters: 8, kernelSize: [3, 2] })),
  after("image", "conv2d", "same, strides 2 and 3", () => L.conv2d({ filters: 5, kernelSize: [5, 3], strides: [2, 3], padding: same })),
  after("image", "conv2d", "1 × 1, strides 2", () => L.conv2d({ filters: 4, kernelSize: 1, strides: 2 })),
  after("image", "conv2d", "dilation 2", () => L.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 })),
  after("image", "conv2d", "same, dilation 3 and 2", () => L.conv2d({ filters: 9, kernelSize: 2, dilationRate: [3, 2], padding: same })),
  after("image", "conv2dTranspose", "valid", () => L.conv2dTranspose({ filters: 2, kernelSize: 3 })),
  after("image", "conv2dTranspose", "same, strides 2", () => L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: same })),
  after("volume", "conv3d", "valid", () => L.conv3d({ filters: 3, kernelSize: 2 })),
  after("volume", "conv3d", "same, strides 2", () => L.conv3d({ filters: 3, kernelSize: 2, strides: 2, padding: same })),
  after("volume", "conv3dTranspose", "same, strides 2", () => L.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2, padding: same })),
  after("image", "depthwiseConv2d", "same", () => L.depthwiseConv2d({ kernelSize: 3, padding: same })),
  after("image", "depthwiseConv2d", "strides 2, multiplier 2", () => L.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2 })),
  after("image", "depthwiseConv2d", "dilation 2", () => L.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 })),
  after("image", "separableConv2d", "same", () => L.separableConv2d({ filters: 6, kernelSize: 3, padding: same })),
  after("image", "separableConv2d", "dilation 2", () => L.separableConv2d({ filters: 6, kernelSize: 3, dilationRate: 2 })),
  after("image", "upSampling2d", "nearest", () => L.upSampling2d({ size: [2, 3] })),
  after("image", "upSampling2d", "bilinear", () => L.upSampling2d({ size: [2, 2], interpolation: "bilinear" })),
  after("image", "zeroPadding2d", "", () => L.zeroPadding2d({ padding: [[1, 0], [2, 1]] })),
  after("image", "cropping2D", "", () => L.cropping2D({ cropping: [[1, 0], [1, 1]] }))
]

const poolings: ReadonlyArray<LayerCase> = [
  ...(["valid", "same"] as const).flatMap((padding) => [
    after("series", "maxPooling1d", padding, () => L.maxPooling1d({ poolSize: 3, strides: 2, padding })),
    after("series", "averagePooling1d", padding, () => L.averagePooling1d({ poolSize: 3, strides: 2, padding })),
    after("image", "maxPooling2d", padding, () => L.maxPooling2d({ poolSize: 3, strides: 2, padding })),
    after("image", "averagePooling2d", padding, () => L.averagePooling2d({ poolSize: [3, 2], strides: 2, padding })),
    after("volume", "maxPooling3d", padding, () => L.maxPooling3d({ poolSize: 2, strides: 2, padding })),
    after("volume", "averagePooling3d", padding, () => L.averagePooling3d({ poolSize: 3, strides: 2, padding }))
  ]),
  after("series", "globalAveragePooling1d", "", () => L.globalAveragePooling1d({})),
  after("series", "globalMaxPooling1d", "", () => L.globalMaxPooling1d({})),
  after("image", "globalAveragePooling2d", "", () => L.globalAveragePooling2d({})),
  after("image", "globalMaxPooling2d", "", () => L.globalMaxPooling2d({}))
]

/** Before it no bias, whose gradient would be nothing but rounding. */
const normalized = (used: string, make: () => Layer): LayerCase => ({
  layer: "batchNormalization",
  used,
  input: shapes.series,
  build: (input) => stack(L.conv1d({ filters: 9, kernelSize: 3, useBias: false }), make())(input)
})

const normalizations: ReadonlyArray<LayerCase> = [
  normalized("", () => L.batchNormalization()),
  normalized("without scale", () => L.batchNormalization({ scale: false })),
  normalized("without centre", () => L.batchNormalization({ center: false })),
  normalized("over another axis", () => L.batchNormalization({ axis: 1 })),
  after("vector", "layerNormalization", "", () => L.layerNormalization()),
  after("series", "layerNormalization", "over time", () => L.layerNormalization()),
  after("vector", "dropout", "", () => L.dropout({ rate: 0.4 })),
  after("series", "spatialDropout1d", "", () => L.spatialDropout1d({ rate: 0.4 })),
  after("vector", "gaussianDropout", "", () => L.gaussianDropout({ rate: 0.3 })),
  after("vector", "gaussianNoise", "", () => L.gaussianNoise({ stddev: 0.3 })),
  after("vector", "alphaDropout", "", () => L.alphaDropout({ rate: 0.3 }))
]

const shaping: ReadonlyArray<LayerCase> = [
  after("series", "flatten", "", () => L.flatten()),
  after("series", "reshape", "", () => L.reshape({ targetShape: [8, 9] })),
  after("series", "permute", "", () => L.permute({ dims: [2, 1] })),
  after("vector", "repeatVector", "", () => L.repeatVector({ n: 3 })),
  merge("add", () => L.add()),
  merge("average", () => L.average()),
  merge("concatenate", () => L.concatenate()),
  merge("dot", () => L.dot({ axes: -1 })),
  merge("maximum", () => L.maximum()),
  merge("minimum", () => L.minimum()),
  merge("multiply", () => L.multiply())
]

// Orthogonal matrices, the default of recurrent layers, are slow to make and no concern here.
const recurrentInitializer = "glorotNormal" as const
const gates = { units: 5, recurrentInitializer }
const embedding = (maskZero: boolean) =>
  L.embedding({ inputDim: 10, outputDim: 6, inputLength: 7, maskZero })

const recurrent: ReadonlyArray<LayerCase> = [
  { layer: "embedding", used: "", input: [7], tokens: 10, build: (input) => stack(embedding(false))(input) },
  after("series", "simpleRNN", "", () => L.simpleRNN(gates)),
  after("series", "lstm", "", () => L.lstm(gates)),
  after("series", "lstm", "returning sequences", () => L.lstm({ ...gates, returnSequences: true })),
  after("series", "lstm", "backwards", () => L.lstm({ ...gates, goBackwards: true })),
  after("series", "lstm", "hard sigmoid gates", () => L.lstm({ ...gates, recurrentActivation: "hardSigmoid" })),
  after("series", "lstm", "with dropout", () => L.lstm({ ...gates, dropout: 0.3, recurrentDropout: 0.2 })),
  { layer: "lstm", used: "masked", input: [7], tokens: 10, build: (input) => stack(embedding(true), L.lstm(gates))(input) },
  after("series", "gru", "", () => L.gru(gates)),
  after("series", "gru", "returning sequences", () => L.gru({ ...gates, returnSequences: true })),
  after("series", "gru", "resetting after the product", () => L.gru({ ...gates, resetAfter: true })),
  { layer: "gru", used: "masked", input: [7], tokens: 10, build: (input) => stack(embedding(true), L.gru(gates))(input) },
  after("series", "bidirectional", "lstm", () => L.bidirectional({ layer: L.lstm(gates) as never, mergeMode: "concat" })),
  after("series", "bidirectional", "gru, summed", () => L.bidirectional({ layer: L.gru({ ...gates, returnSequences: true }) as never, mergeMode: "sum" })),
  after("series", "timeDistributed", "dense", () => L.timeDistributed({ layer: L.dense({ units: 4 }) })),
  { layer: "masking", used: "before lstm", input: shapes.series, build: (input) => stack(L.masking({ maskValue: 0 }), L.lstm(gates))(input) },
  {
    layer: "convLstm2d",
    used: "",
    input: [3, 5, 4, 2],
    build: (input) => stack(L.convLstm2d({ filters: 3, kernelSize: 2, recurrentInitializer }))(input)
  }
]

/** Without biases: what a query's product with a bias of keys adds is the same for all keys. */
const heads = { numHeads: 2, useBias: false }
const attention = (used: string, args: object): LayerCase =>
  after("series", "multiHeadAttention", used, () => multiHeadAttention({ ...heads, keyDim: 3, ...args }))

const attentions: ReadonlyArray<LayerCase> = [
  attention("", {}),
  attention("causal", { useCausalMask: true }),
  attention("with dropout", { dropout: 0.3 }),
  {
    layer: "multiHeadAttention",
    used: "masked",
    input: [7],
    tokens: 10,
    build: (input) => stack(embedding(true), multiHeadAttention(heads))(input)
  },
  after("series", "positionalEncoding", "learned", () => positionalEncoding({ maxLength: 12 })),
  after("series", "positionalEncoding", "sinusoidal", () => positionalEncoding({ maxLength: 12, kind: "sinusoidal" })),
  {
    layer: "reversibleEmbedding",
    used: "both ways",
    input: [7],
    tokens: 10,
    build: (input) => {
      const tied = reversibleEmbedding({ inputDim: 10, outputDim: 6 })
      return tied.apply(tied.apply(input)) as SymbolicTensor
    }
  }
]

export const layerCases: ReadonlyArray<LayerCase> = [
  ...dense,
  ...convolutions,
  ...poolings,
  ...normalizations,
  ...shaping,
  ...recurrent,
  ...attentions
]
