import * as Predicate from "effect/Predicate"
import { t } from "../../language/Text.js"
import type * as tf from "../../tf.js"
import { configOf, type ModelConfig } from "../../training/ModelConfig.js"
import { ExportError } from "../ExportError.js"
import { withCalls } from "./calls.js"

/** The class that a layer has in Keras 3, of which TensorFlow.js has those of Keras 2. */
export const classOf = (className: string): string => classes[className] ?? className

const classes: Readonly<Record<string, string>> = {
  // Of Keras it is the mean of the steps that a mask leaves.
  MaskedPooling: "GlobalAveragePooling1D",
  Model: "Functional",
  ThresholdedReLU: "ReLU"
}

/** The architecture of a model as Keras 3 reads it. Throws an `ExportError` that names a layer it lacks. */
export const toKeras = (model: tf.LayersModel): ModelConfig => {
  const config = configOf(model)
  if (config !== null) return container(config, model)
  throw new ExportError({
    reason: "Model",
    subject: "Keras",
    detail: t`a layer of the model does not say what it is made of: give each custom layer getConfig, and no name that TensorFlow.js gives itself`
  })
}

/** A model among the layers of another is one, too. */
const container = (json: ModelConfig, model: tf.LayersModel): ModelConfig => {
  const config = json["config"] as ModelConfig
  const layers = config["layers"] as ReadonlyArray<ModelConfig>
  const isSequential = json["class_name"] === "Sequential"
  // TensorFlow.js counts a model itself among its uses, Keras 3 does not.
  const models = new Set(
    layers.flatMap(({ config }, i) =>
      "layers" in model.layers[i]! ? [String((config as ModelConfig)["name"])] : []
    )
  )
  const inner = layers.map((layer, i) => {
    // A sequential model lists no input layer, and the others list all.
    const found = model.layers[i]!
    const written = "layers" in found ? container(layer, found as never) : layerConfig(layer)
    const { inbound_nodes: nodes } = written
    const counted =
      nodes === undefined ? written : { ...written, inbound_nodes: recounted(nodes, models) }
    return withCalls(counted, found, isSequential)
  })
  return {
    // As Keras itself writes it: Functional is no public class.
    ...serialized(
      isSequential ? "keras" : "keras.src.models.functional",
      classOf(String(json["class_name"])),
      {
        name: config["name"],
        trainable: model.trainable,
        // A single one stands by itself, so that it is no list of one in Keras.
        ...single("input_layers", config),
        ...single("output_layers", {
          ...config,
          ...("output_layers" in config && {
            output_layers: recounted(config["output_layers"], models)
          })
        }),
        layers: isSequential ? [inputLayer(model), ...inner] : inner
      }
    ),
    ...pick(json, ["name", "inbound_nodes"])
  }
}

/** `[[name, node, tensor], …]`, however deep, with the first use of a model as number 0. */
const recounted = (value: unknown, models: ReadonlySet<string>): unknown =>
  !Array.isArray(value)
    ? value
    : typeof value[0] === "string" && models.has(value[0])
      ? [value[0], Number(value[1]) - 1, ...value.slice(2)]
      : value.map((one) => recounted(one, models))

const single = (key: string, { [key]: value }: ModelConfig): ModelConfig =>
  value === undefined
    ? {}
    : { [key]: Array.isArray(value) && value.length === 1 ? (value as Array<unknown>)[0] : value }

const inputLayer = ({ inputs }: tf.LayersModel): ModelConfig =>
  serialized("keras.layers", "InputLayer", {
    batch_shape: inputs[0]!.shape,
    dtype: inputs[0]!.dtype,
    name: "input"
  })

const layerConfig = (json: ModelConfig): ModelConfig => {
  const className = String(json["class_name"])
  const config = json["config"] as ModelConfig
  return {
    ...(className in ours
      ? serialized("keras.layers", classOf(className), configOfLayer(className, config))
      : // Keras asks its user for the class, in `custom_objects`.
        { ...serialized("holdfast", className, config), registered_name: className }),
    ...pick(json, ["name", "inbound_nodes"])
  }
}

/** The fields of a layer that Keras 3 has too. Initial values do not matter: weights come with them. */
const configOfLayer = (className: string, config: ModelConfig): ModelConfig => {
  const refuse = (detail: string) => {
    throw new ExportError({
      reason: "Layer",
      subject: `"${String(config["name"])}" (${className})`,
      detail
    })
  }
  if (config["interpolation"] === "bilinear") {
    refuse(t`is bilinear, which Keras 3 computes otherwise; use nearest, or export as ONNX`)
  }
  if (className === "MaskedPooling" && config["mode"] === "max") {
    refuse(
      t`takes the maximum of the steps that a mask leaves, which no layer of Keras 3 does; take the mean, or export as ONNX`
    )
  }
  if (className === "Activation" && config["activation"] === "hard_sigmoid") {
    refuse(
      t`is a hard sigmoid, whose slope is another one in Keras 3; make it the activation of the layer before`
    )
  }
  for (const key of ["activation", "recurrent_activation"]) {
    if (config[key] === "gelu_new")
      refuse(t`has the activation gelu_new, which Keras 3 lacks; use gelu`)
  }
  const names: Readonly<Record<string, string>> = { ...common, ...ours[className] }
  const fields = Object.entries(config)
    .filter(([key]) => names[key] !== undefined)
    .map(([key, value]) => [names[key]!, valueOf(key, value)])
  const written = { ...Object.fromEntries(fields), ...fixed[className] }
  // Without it Keras 3 resets after the product.
  return className.startsWith("GRU") ? { reset_after: false, ...written } : written
}

const valueOf = (key: string, value: unknown): unknown =>
  Array.isArray(value) && value.every(isConfig)
    ? value.map(layerConfig)
    : !isConfig(value)
      ? value
      : key.endsWith("regularizer")
        ? serialized("keras.regularizers", value["class_name"], value["config"])
        : key.endsWith("constraint")
          ? serialized("keras.constraints", value["class_name"], value["config"])
          : layerConfig(value)

const isConfig = (
  value: unknown
): value is { readonly class_name: string; readonly config: ModelConfig } =>
  Predicate.isReadonlyRecord(value) && "class_name" in value && "config" in value

const serialized = (module: string, className: string, config: ModelConfig): ModelConfig => ({
  module,
  class_name: className,
  config,
  registered_name: null
})

const pick = (from: ModelConfig, keys: ReadonlyArray<string>): ModelConfig =>
  Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]]))

const same = (...keys: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, key]))

/** What any layer has. */
const common = same("name", "trainable")

/** What TensorFlow.js does, and Keras 3 only on request. */
const fixed: Readonly<Record<string, ModelConfig>> = {
  // TensorFlow.js ignores the dilation of this layer.
  DepthwiseConv2D: { dilation_rate: 1 },
  // The only layer of Keras without this option.
  SpatialDropout1D: { trainable: undefined }
}

const weighted = (...weights: ReadonlyArray<string>) =>
  weights.flatMap((weight) => [`${weight}_regularizer`, `${weight}_constraint`])

const convolved = same(
  "filters",
  "kernel_size",
  "strides",
  "padding",
  "data_format",
  "dilation_rate",
  "activation",
  "use_bias"
)
const convolution = { ...convolved, ...same(...weighted("kernel", "bias")) }
const pooling = same("pool_size", "strides", "padding", "data_format")
const cell = same(
  "units",
  "activation",
  "recurrent_activation",
  "use_bias",
  "unit_forget_bias",
  "dropout",
  "recurrent_dropout",
  ...weighted("kernel", "recurrent", "bias")
)
const recurrent = {
  ...cell,
  ...same("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
}
const { recurrent_activation: _gates, unit_forget_bias: _forget, ...simple } = recurrent
const { recurrent_activation: _gatesOfCell, unit_forget_bias: _forgetOfCell, ...simpleCell } = cell
const { unit_forget_bias: _forgetOfGru, ...gruFields } = recurrent
const gru = { ...gruFields, ...same("reset_after") }
const { unit_forget_bias: _forgetOfGruCell, ...gruCellFields } = cell
const gruCell = { ...gruCellFields, ...same("reset_after") }

/** The fields of each layer that both have, and what Keras 3 calls them. */
const ours: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  InputLayer: { batch_input_shape: "batch_shape", ...same("dtype", "sparse") },
  Dense: same("units", "activation", "use_bias", ...weighted("kernel", "bias")),
  Activation: same("activation"),
  ELU: same("alpha"),
  LeakyReLU: { alpha: "negative_slope" },
  PReLU: same("shared_axes", ...weighted("alpha")),
  ReLU: same("max_value"),
  ThresholdedReLU: { theta: "threshold" },
  Softmax: same("axis"),
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: convolution,
  Conv3DTranspose: convolution,
  DepthwiseConv2D: same(
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "activation",
    "use_bias",
    "depth_multiplier",
    ...weighted("depthwise", "bias")
  ),
  SeparableConv2D: {
    ...same("depth_multiplier", ...weighted("depthwise", "pointwise", "bias")),
    ...convolved
  },
  UpSampling2D: same("size", "data_format", "interpolation"),
  ZeroPadding2D: same("padding", "data_format"),
  Cropping2D: same("cropping", "data_format"),
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  MaxPooling3D: pooling,
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  AveragePooling3D: pooling,
  GlobalAveragePooling1D: {},
  MaskedPooling: {},
  GlobalMaxPooling1D: {},
  GlobalAveragePooling2D: same("data_format"),
  GlobalMaxPooling2D: same("data_format"),
  BatchNormalization: same(
    "axis",
    "momentum",
    "epsilon",
    "center",
    "scale",
    ...weighted("beta", "gamma")
  ),
  LayerNormalization: same("axis", "epsilon", "center", "scale"),
  Dropout: same("rate", "noise_shape", "seed"),
  SpatialDropout1D: same("rate", "seed"),
  GaussianDropout: same("rate"),
  GaussianNoise: same("stddev"),
  AlphaDropout: same("rate", "noise_shape"),
  Flatten: same("data_format"),
  Reshape: same("target_shape"),
  Permute: same("dims"),
  RepeatVector: same("n"),
  Add: {},
  Average: {},
  Concatenate: same("axis"),
  Dot: same("axes", "normalize"),
  Maximum: {},
  Minimum: {},
  Multiply: {},
  Embedding: same("input_dim", "output_dim", "mask_zero", ...weighted("embeddings")),
  MultiHeadAttention: {
    ...same("num_heads", "key_dim", "value_dim", "dropout", "use_bias"),
    output_dim: "output_shape",
    ...same(...weighted("kernel", "bias"))
  },
  ReversibleEmbedding: same("input_dim", "output_dim", "mask_zero", ...weighted("embeddings")),
  Masking: same("mask_value"),
  Rescaling: same("scale", "offset"),
  SimpleRNN: simple,
  SimpleRNNCell: simpleCell,
  LSTM: recurrent,
  LSTMCell: cell,
  GRU: gru,
  GRUCell: gruCell,
  StackedRNNCells: same("cells"),
  RNN: same("cell", "return_sequences", "return_state", "go_backwards", "stateful", "unroll"),
  ConvLSTM2D: {
    ...convolution,
    ...recurrent,
    units: "filters",
    ...same("filters")
  },
  Bidirectional: same("layer", "merge_mode"),
  TimeDistributed: same("layer")
}
