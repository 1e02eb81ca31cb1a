import { activate } from "./activations.js"
import type { Shape, Value, Weight } from "./GraphBuilder.js"
import { known, range } from "./GraphBuilder.js"
import {
  checkChannelsLast,
  perAxis,
  reshaped,
  transposed,
  type Config,
  type LayerInput,
  type LayerWriter
} from "./LayerWriter.js"

/** How a window moves over the axes between batch and channels. */
interface Window {
  readonly kernel: ReadonlyArray<number>
  readonly strides: ReadonlyArray<number>
  readonly dilations: ReadonlyArray<number>
}

const windowOf = (config: Config, kernel: ReadonlyArray<number>): Window => ({
  kernel,
  strides: perAxis(config["strides"] ?? 1, kernel.length),
  dilations: perAxis(config["dilationRate"] ?? 1, kernel.length)
})

/** What is added before and after each axis; of `same` the larger half comes after, as in TensorFlow. */
export const padsOf = (
  padding: unknown,
  { dilations, kernel, strides }: Window,
  input: Shape
): ReadonlyArray<number> => {
  const all = kernel.map((size, i): readonly [number, number] => {
    const reach = (size - 1) * dilations[i]!
    const stride = strides[i]!
    if (padding === "causal") return [reach, 0]
    if (padding !== "same") return [0, 0]
    // With a stride of 1 the length does not matter.
    const length = stride === 1 ? stride : known(input[i + 1])
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + reach + 1 - length, 0)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  })
  return [...all.map(([before]) => before), ...all.map(([, after]) => after)]
}

const attributesOf = (padding: unknown, window: Window, input: Shape) => ({
  kernel_shape: window.kernel,
  strides: window.strides,
  dilations: window.dilations,
  pads: padsOf(padding, window, input)
})

/** A filter [...window, in, out] as ONNX has it: [out, in, ...window]. */
const filterFirst = (kernel: Weight): Weight => {
  const axes = kernel.shape.length
  return transposed(kernel, [axes - 1, axes - 2, ...range(0, axes - 2)])
}

/** The convolution of a value with the channels first, with a bias if there is one. */
export const convolve = (
  { builder }: Pick<LayerInput, "builder">,
  x: string,
  inputShape: Shape,
  config: Config,
  kernel: Weight,
  bias?: Weight
): string => {
  const window = windowOf(config, kernel.shape.slice(0, -2))
  const filter = builder.weight(filterFirst(kernel), 0)
  return builder.add(
    "Conv",
    [x, filter, ...(bias === undefined ? [] : [builder.weight(bias)])],
    attributesOf(config["padding"], window, inputShape)
  )
}

const convolution: LayerWriter = (given) => {
  const { builder, config, input, layer, shape, weightsOf } = given
  checkChannelsLast(config)
  const { bias, kernel } = weightsOf(layer)
  const first = convolve(given, builder.first(input), input.shape, config, kernel!, bias)
  return activate(builder, { shape, first }, config["activation"])
}

/** A filter [...window, channels, multiplier] in groups of one channel: [channels · multiplier, 1, ...window]. */
const depthwiseFilter = (kernel: Weight): Weight => {
  const axes = kernel.shape.length
  const { shape } = kernel
  const channels = shape[axes - 2]! * shape[axes - 1]!
  return reshaped(transposed(kernel, [axes - 2, axes - 1, ...range(0, axes - 2)]), [
    channels,
    1,
    ...shape.slice(0, -2)
  ])
}

const depthwise = (
  { builder, config, input }: LayerInput,
  kernel: Weight,
  bias?: Weight
): string => {
  const window = windowOf(config, kernel.shape.slice(0, -2))
  return builder.add(
    "Conv",
    [
      builder.first(input),
      builder.weight(depthwiseFilter(kernel), 0),
      ...(bias === undefined ? [] : [builder.weight(bias)])
    ],
    { ...attributesOf(config["padding"], window, input.shape), group: kernel.shape.at(-2)! }
  )
}

const depthwiseConvolution: LayerWriter = (given) => {
  const { builder, config, layer, shape, weightsOf } = given
  checkChannelsLast(config)
  const { bias, depthwise_kernel: kernel } = weightsOf(layer)
  // As TensorFlow.js computes it, which ignores the dilation of this layer.
  const undilated = { ...given, config: { ...config, dilationRate: 1 } }
  const value: Value = { shape, first: depthwise(undilated, kernel!, bias) }
  return activate(builder, value, config["activation"])
}

const separableConvolution: LayerWriter = (given) => {
  const { builder, config, layer, shape, weightsOf } = given
  checkChannelsLast(config)
  const { bias, depthwise_kernel: deep, pointwise_kernel: point } = weightsOf(layer)
  const first = convolve(given, depthwise(given, deep!), shape, {}, point!, bias)
  return activate(builder, { shape, first }, config["activation"])
}

/** Its filter is [...window, out, in], and its output as long as TensorFlow has it, which ONNX can say. */
const transposedConvolution: LayerWriter = ({
  builder,
  config,
  input,
  layer,
  shape,
  weightsOf
}) => {
  checkChannelsLast(config)
  const { bias, kernel } = weightsOf(layer)
  const axes = kernel!.shape.length
  const size = kernel!.shape.slice(0, -2)
  const strides = perAxis(config["strides"], size.length)
  const totals = size.map((length, i) =>
    config["padding"] === "same" ? Math.max(length - strides[i]!, 0) : 0
  )
  const filter = transposed(kernel!, [axes - 1, axes - 2, ...range(0, axes - 2)])
  const first = builder.add(
    "ConvTranspose",
    [
      builder.first(input),
      builder.weight(filter, 1),
      ...(bias === undefined ? [] : [builder.weight(bias)])
    ],
    {
      kernel_shape: size,
      strides,
      pads: [
        ...totals.map((one) => Math.floor(one / 2)),
        ...totals.map((one) => Math.ceil(one / 2))
      ],
      output_padding: size.map((length, i) => Math.max(strides[i]! - length, 0))
    }
  )
  return activate(builder, { shape, first }, config["activation"])
}

const pooling =
  (operator: "AveragePool" | "MaxPool", axes: number): LayerWriter =>
  ({ builder, config, input, shape }) => {
    checkChannelsLast(config)
    const kernel = perAxis(config["poolSize"], axes)
    const window = {
      kernel,
      strides: perAxis(config["strides"] ?? config["poolSize"], axes),
      dilations: perAxis(1, axes)
    }
    const { dilations: _d, ...attributes } = attributesOf(config["padding"], window, input.shape)
    return { shape, first: builder.add(operator, [builder.first(input)], attributes) }
  }

const globalPooling =
  (operator: "ReduceMax" | "ReduceMean"): LayerWriter =>
  ({ builder, config, input, shape }) => {
    checkChannelsLast(config)
    const axes = range(1, input.shape.length - 1)
    return { shape, last: builder.add(operator, [builder.last(input)], { axes, keepdims: 0 }) }
  }

/** The writers of convolutions and pooling, by the names of their classes. */
export const convolutions: Readonly<Record<string, LayerWriter>> = {
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
  MaxPooling1D: pooling("MaxPool", 1),
  MaxPooling2D: pooling("MaxPool", 2),
  MaxPooling3D: pooling("MaxPool", 3),
  AveragePooling1D: pooling("AveragePool", 1),
  AveragePooling2D: pooling("AveragePool", 2),
  AveragePooling3D: pooling("AveragePool", 3),
  GlobalAveragePooling1D: globalPooling("ReduceMean"),
  GlobalAveragePooling2D: globalPooling("ReduceMean"),
  GlobalMaxPooling1D: globalPooling("ReduceMax"),
  GlobalMaxPooling2D: globalPooling("ReduceMax")
}
