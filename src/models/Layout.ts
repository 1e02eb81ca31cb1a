import * as tf from "../tf.js"
import { layersOf } from "../training/Weights.js"
import { blocks, reshape, transpose, type Step } from "./Rearrangement.js"

/**
 * How PyTorch stores one weight of a layer.
 *
 * Keras and TensorFlow.js store it as we do, under the same name but for its case. PyTorch has the outputs
 * of a kernel first (`[out, in]`, `[out, in, height, width]`), the gates of a GRU in another order, and two
 * biases in a recurrent layer.
 */
export interface WeightLayout {
  /** Its name, as checkpoints give it: `conv.kernel`. */
  readonly name: string
  readonly shape: ReadonlyArray<number>
  /** PyTorch's parameter or buffer without the module, `weight`; of two, see `join`. */
  readonly parameters: readonly [string] | readonly [string, string]
  /** How two parameters make the weight: added, or stacked along a new first axis. */
  readonly join: "sum" | "stack"
  /** From the weight, or from its half where two are stacked, to a parameter. */
  readonly steps: ReadonlyArray<Step>
}

/** The weights of one layer, in the order of the model. */
export interface LayerLayout {
  /** The name of the layer, with which those of its weights begin. */
  readonly path: string
  /** The class of the layer in Keras; of a wrapper, that of the layer it wraps: LSTM. */
  readonly className: string
  readonly layer: tf.layers.Layer
  readonly weights: ReadonlyArray<{ readonly name: string; readonly shape: ReadonlyArray<number> }>
  /** PyTorch's layout; null where PyTorch has no such layer. */
  readonly torch: ReadonlyArray<WeightLayout> | null
}

/**
 * The layers of a model that have weights, and how other frameworks store these. With `prefix` the names
 * begin with it, as those of one of several models do.
 */
export const layoutsOf = (model: tf.LayersModel, prefix = ""): ReadonlyArray<LayerLayout> =>
  layersOf(model)
    .filter(({ weights }) => weights.length > 0)
    .map(({ layer, path: own, weights }) => {
      const inner = innermost(layer)
      const path = prefix + own
      const placed = weights.map(({ name, variable }) => ({
        name: prefix + name,
        shape: variable.shape as Shape
      }))
      return {
        path,
        className: inner.getClassName(),
        layer,
        weights: placed,
        torch: torchLayout(inner, path, placed)
      }
    })

type Shape = ReadonlyArray<number>
type Placed = LayerLayout["weights"][number]

/** The layer inside wrappers: of Bidirectional one of its two directions, which are alike. */
const innermost = (layer: tf.layers.Layer): tf.layers.Layer => {
  const { forwardLayer, layer: wrapped } = layer as {
    readonly forwardLayer?: tf.layers.Layer
    readonly layer?: tf.layers.Layer
  }
  const inner = forwardLayer ?? wrapped
  return inner instanceof tf.layers.Layer ? innermost(inner) : layer
}

const torchLayout = (
  layer: tf.layers.Layer,
  path: string,
  weights: ReadonlyArray<Placed>
): ReadonlyArray<WeightLayout> | null => {
  const rules = rulesOf(layer)
  if (rules === undefined) return null
  const found = weights.map(({ name, shape }) => {
    const rest = name.slice(path.length + 1)
    const isBackward = /^backward_[^.]*\./.test(rest)
    const rule = rules[rest.replace(/^(forward|backward)_[^.]*\./, "").replace(/_\d+$/, "")]
    if (rule === undefined) return null
    const { join = "sum", parameters, steps } = rule
    return {
      name,
      shape,
      parameters: parameters.map((one) =>
        isBackward ? `${one}_reverse` : one
      ) as unknown as WeightLayout["parameters"],
      join: shape.length < 2 ? "sum" : join,
      steps: steps(join === "stack" && shape.length === 2 ? shape.slice(1) : shape)
    } satisfies WeightLayout
  })
  return found.every((one) => one !== null) ? found : null
}

/** Where PyTorch has a weight, by the name of Keras. */
interface Rule {
  readonly parameters: WeightLayout["parameters"]
  readonly join?: WeightLayout["join"]
  readonly steps: (shape: Shape) => ReadonlyArray<Step>
}

const same = (...parameters: WeightLayout["parameters"]): Rule => ({ parameters, steps: () => [] })

const flat = (parameter: string): Rule => ({
  parameters: [parameter],
  steps: (shape) => [reshape([shape.reduce((a, b) => a * b, 1)])]
})

/** [...space, in, out] as [out, in, ...space]. */
const outputsFirst = (parameter: string): Rule => ({
  parameters: [parameter],
  steps: ({ length }) => [transpose(length - 1, length - 2, ...spaceAxes(length))]
})

const spaceAxes = (rank: number) => Array.from({ length: rank - 2 }, (_, axis) => axis)

/** [height, width, in, multiplier] as [in · multiplier, 1, height, width], a convolution in groups. */
const depthwise = (parameter: string): Rule => ({
  parameters: [parameter],
  steps: ([height, width, inputs, multiplier]) => [
    transpose(2, 3, 0, 1),
    reshape([inputs! * multiplier!, 1, height!, width!])
  ]
})

/** After a Flatten of [...space, channels], PyTorch has counted the inputs as [channels, ...space]. */
const dense = (flattened: Shape | null): Rule => ({
  parameters: ["weight"],
  steps: ([inputs, outputs]) =>
    flattened === null
      ? [transpose(1, 0)]
      : [
          reshape([...flattened, outputs!]),
          transpose(flattened.length, flattened.length - 1, ...spaceAxes(flattened.length + 1)),
          reshape([outputs!, inputs!])
        ]
})

/** The gates of a recurrent kernel, [in, gates · units] as [gates · units, in]. */
const gates = (parameter: string, order: ReadonlyArray<number>): Rule => ({
  parameters: [parameter],
  steps: () => [transpose(1, 0), blocks(0, order)]
})

// PyTorch's gates of a GRU are reset, update, new; those of Keras update, reset, new. Those of an LSTM
// are input, forget, cell, output in both.
const recurrent = (order: ReadonlyArray<number>): Readonly<Record<string, Rule>> => ({
  kernel: gates("weight_ih_l0", order),
  recurrent_kernel: gates("weight_hh_l0", order),
  bias: {
    parameters: ["bias_ih_l0", "bias_hh_l0"],
    join: "stack",
    steps: () => [blocks(0, order)]
  }
})

const convolution = { kernel: outputsFirst("weight"), bias: same("bias") }

// Linear layers, as most models have them; what nn.MultiheadAttention joins is taken apart.
const attention: Readonly<Record<string, Rule>> = {
  query_kernel: outputsFirst("query.weight"),
  query_bias: same("query.bias"),
  key_kernel: outputsFirst("key.weight"),
  key_bias: same("key.bias"),
  value_kernel: outputsFirst("value.weight"),
  value_bias: same("value.bias"),
  output_kernel: outputsFirst("out_proj.weight"),
  output_bias: same("out_proj.bias")
}

const rulesOf = (layer: tf.layers.Layer): Readonly<Record<string, Rule>> | undefined => {
  switch (layer.getClassName()) {
    case "Dense":
      return { kernel: dense(flattenedBefore(layer)), bias: same("bias") }
    case "Conv1D":
    case "Conv2D":
    case "Conv3D":
    // Of a transposed convolution both have the outputs before the inputs, the other way round.
    case "Conv2DTranspose":
    case "Conv3DTranspose":
      return convolution
    case "DepthwiseConv2D":
      return { depthwise_kernel: depthwise("weight"), bias: same("bias") }
    case "SeparableConv2D":
      return {
        depthwise_kernel: depthwise("depthwise.weight"),
        pointwise_kernel: outputsFirst("pointwise.weight"),
        bias: same("pointwise.bias")
      }
    case "BatchNormalization":
      return {
        gamma: same("weight"),
        beta: same("bias"),
        moving_mean: same("running_mean"),
        moving_variance: same("running_var")
      }
    case "LayerNormalization":
      return { gamma: same("weight"), beta: same("bias") }
    case "MultiHeadAttention":
      return attention
    // A learned encoding is an nn.Embedding of positions.
    case "PositionalEncoding":
    case "ReversibleEmbedding":
    case "Embedding":
      return { embeddings: same("weight") }
    case "PReLU":
      return { alpha: flat("weight") }
    case "LSTM":
      return recurrent([0, 1, 2, 3])
    case "GRU":
      return recurrent([1, 0, 2])
    case "SimpleRNN":
      return recurrent([0])
    default:
      return undefined
  }
}

interface Node {
  readonly inboundLayers: ReadonlyArray<tf.layers.Layer>
  readonly inputShapes: ReadonlyArray<ReadonlyArray<number | null>>
}

const inboundOf = (layer: tf.layers.Layer): Node | undefined =>
  (layer as unknown as { readonly inboundNodes: ReadonlyArray<Node> }).inboundNodes[0]

/** Layers that do not change which axis the channels are on, nor how many there are. */
const passing = new Set([
  "Activation",
  "AlphaDropout",
  "BatchNormalization",
  "Dropout",
  "ELU",
  "GaussianDropout",
  "GaussianNoise",
  "LeakyReLU",
  "PReLU",
  "ReLU",
  "Softmax",
  "SpatialDropout1D",
  "ThresholdedReLU"
])

/** The first layer before `layer` that is not passing. */
const before = (layer: tf.layers.Layer): tf.layers.Layer | undefined => {
  let found = inboundOf(layer)?.inboundLayers[0]
  while (found !== undefined && passing.has(found.getClassName())) {
    found = inboundOf(found)?.inboundLayers[0]
  }
  return found
}

/**
 * The shape that a Flatten before a dense layer flattens, where PyTorch counts its elements in another
 * order: that of images, and that of sequences which a convolution or a pooling gives.
 */
const flattenedBefore = (layer: tf.layers.Layer): Shape | null => {
  const flatten = before(layer)
  if (flatten === undefined || flatten.getClassName() !== "Flatten") return null
  const shape = inboundOf(flatten)?.inputShapes[0]?.slice(1)
  if (shape === undefined || shape.length < 2 || shape.includes(null)) return null
  const source = before(flatten)
  const { dataFormat } = (source ?? {}) as { readonly dataFormat?: string }
  if (dataFormat === "channelsFirst") return null
  const isImage = shape.length > 2
  const isConvolved =
    /^(Conv1D|(Max|Average)Pooling1D|UpSampling1D|Cropping1D|ZeroPadding1D)$/.test(
      source?.getClassName() ?? ""
    )
  return isImage || isConvolved ? (shape as Shape) : null
}
