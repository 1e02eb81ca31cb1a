import { activate } from "./activations.js"
import type { GraphBuilder, Shape, Value } from "./GraphBuilder.js"
import { known, range, Unsupported } from "./GraphBuilder.js"
import { checkChannelsLast, type LayerWriter } from "./LayerWriter.js"
import { t } from "../../language/Text.js"

/** A value of another shape: what was known of its layout is gone. */
const at = (shape: Shape, last: string, mask?: string): Value => ({
  shape,
  last,
  ...(mask !== undefined && { mask })
})

const dense: LayerWriter = ({ builder, config, input, layer, shape, weightsOf }) => {
  const { bias, kernel } = weightsOf(layer)
  const x = builder.last(input)
  const matrix = builder.weight(kernel!, 1)
  const vector = bias && builder.weight(bias)
  const product =
    shape.length === 2 && vector !== undefined
      ? builder.add("Gemm", [x, matrix, vector])
      : builder.add("MatMul", [x, matrix])
  const sum =
    shape.length === 2 || vector === undefined ? product : builder.add("Add", [product, vector])
  return activate(builder, at(shape, sum, input.mask), config["activation"])
}

/** A layer that does nothing once it is trained, as dropout. */
const identity: LayerWriter = ({ input }) => input

const activation: LayerWriter = ({ builder, config, input }) =>
  activate(builder, input, config["activation"])

const element =
  (
    write: (builder: GraphBuilder, x: string, config: Readonly<Record<string, unknown>>) => string
  ): LayerWriter =>
  ({ builder, config, input, shape }) =>
    builder.map(input, shape, (x) => write(builder, x, config))

const prelu: LayerWriter = ({ builder, input, layer, shape, weightsOf }) => {
  const { alpha } = weightsOf(layer)
  return at(shape, builder.add("PRelu", [builder.last(input), builder.weight(alpha!)]), input.mask)
}

const softmax: LayerWriter = ({ builder, config, input, shape }) =>
  at(
    shape,
    builder.add("Softmax", [builder.last(input)], { axis: Number(config["axis"] ?? -1) }),
    input.mask
  )

/** The first length of a shape, which is that of the batch, stays: 0 means that. */
const reshapeTo = (builder: GraphBuilder, input: Value, target: ReadonlyArray<number>): string =>
  builder.add("Reshape", [builder.last(input), builder.integers(0, ...target)])

const flatten: LayerWriter = ({ builder, config, input, shape }) => {
  checkChannelsLast(config)
  return at(shape, reshapeTo(builder, input, [-1]))
}

const reshape: LayerWriter = ({ builder, config, input, shape }) =>
  at(
    shape,
    reshapeTo(
      builder,
      input,
      (config["targetShape"] as ReadonlyArray<number | null>).map((length) => length ?? -1)
    )
  )

const permute: LayerWriter = ({ builder, config, input, shape }) =>
  at(
    shape,
    builder.add("Transpose", [builder.last(input)], {
      perm: [0, ...(config["dims"] as ReadonlyArray<number>)]
    })
  )

const repeatVector: LayerWriter = ({ builder, config, input, shape }) => {
  const row = builder.add("Unsqueeze", [builder.last(input), builder.integers(1)])
  return at(shape, builder.add("Expand", [row, builder.integers(1, Number(config["n"]), 1)]))
}

type Sides = readonly [readonly [number, number], readonly [number, number]]

const zeroPadding: LayerWriter = ({ builder, config, input, shape }) => {
  checkChannelsLast(config)
  const [[top, bottom], [left, right]] = config["padding"] as Sides
  const pads = builder.integers(0, 0, top, left, 0, 0, bottom, right)
  return { shape, first: builder.add("Pad", [builder.first(input), pads]) }
}

const cropping: LayerWriter = ({ builder, config, input, shape }) => {
  checkChannelsLast(config)
  const [[top, bottom], [left, right]] = config["cropping"] as Sides
  // From the end, where the last one that stays is before -1; the largest integer: to the end.
  const end = (cropped: number) => (cropped === 0 ? 2 ** 31 : -cropped)
  const slice = [
    builder.first(input),
    builder.integers(top, left),
    builder.integers(end(bottom), end(right)),
    builder.integers(2, 3)
  ]
  return { shape, first: builder.add("Slice", slice) }
}

const upSampling: LayerWriter = ({ builder, config, input, shape }) => {
  checkChannelsLast(config)
  const [rows, columns] = config["size"] as readonly [number, number]
  const nearest = config["interpolation"] !== "bilinear"
  const scales = builder.floats([1, 1, rows, columns])
  return {
    shape,
    first: builder.add("Resize", [builder.first(input), "", scales], {
      mode: nearest ? "nearest" : "linear",
      coordinate_transformation_mode: "asymmetric",
      ...(nearest && { nearest_mode: "floor" })
    })
  }
}

/** Tokens may come as floats, as inputs of layers do. */
const embedding: LayerWriter = ({ builder, config, input, layer, shape, weightsOf }) => {
  const { embeddings } = weightsOf(layer)
  const tokens = builder.add("Cast", [builder.last(input)], { to: 7 })
  const rows = builder.add("Gather", [builder.weight(embeddings!, 1), tokens])
  if (config["maskZero"] !== true) return at(shape, rows)
  const zeros = builder.add("Equal", [tokens, builder.integers(0)])
  return at(shape, rows, builder.add("Not", [zeros]))
}

const masking: LayerWriter = ({ builder, config, input, shape }) => {
  const x = builder.last(input)
  const equal = builder.add("Equal", [x, builder.floats(Number(config["maskValue"] ?? 0))])
  const differs = builder.add("Cast", [builder.add("Not", [equal])], { to: 1 })
  const any = builder.add("ReduceMax", [differs], { axes: [shape.length - 1], keepdims: 1 })
  const counts = builder.add("ReduceMax", [differs], { axes: [shape.length - 1], keepdims: 0 })
  const mask = builder.add("Cast", [counts], { to: 9 })
  return at(shape, builder.add("Mul", [x, any]), mask)
}

const rescaling: LayerWriter = element((builder, x, config) => {
  const scaled = builder.add("Mul", [x, builder.floats(Number(config["scale"]))])
  return builder.add("Add", [scaled, builder.floats(Number(config["offset"]))])
})

const batchNormalization: LayerWriter = ({ builder, config, input, layer, shape, weightsOf }) => {
  const { beta, gamma, moving_mean: mean, moving_variance: variance } = weightsOf(layer)
  const rank = shape.length
  const axis = (Number(config["axis"] ?? -1) + rank) % rank
  const epsilon = Number(config["epsilon"] ?? 1e-3)
  const length = mean!.shape[0]!
  const ones = () => builder.floats(new Float32Array(length).fill(1))
  const zeros = () => builder.floats(new Float32Array(length))
  const inputs = [
    gamma ? builder.weight(gamma) : ones(),
    beta ? builder.weight(beta) : zeros(),
    builder.weight(mean!),
    builder.weight(variance!)
  ]
  // ONNX normalizes over the axis after the batch: that of the channels where they come first.
  const normalize = (x: string) =>
    builder.add("BatchNormalization", [x, ...inputs], { epsilon: { float: epsilon } })
  if (axis === rank - 1) return { ...input, ...layout(shape, normalize(builder.first(input))) }
  if (axis === 1) return { ...at(shape, normalize(builder.last(input)), input.mask) }
  const order = range(0, rank).map((at) => (at === 1 ? axis : at === axis ? 1 : at))
  const moved = builder.add("Transpose", [builder.last(input)], { perm: order })
  return at(shape, builder.add("Transpose", [normalize(moved)], { perm: order }), input.mask)
}

/** A value with the channels first; of vectors there is one layout. */
const layout = (shape: Shape, name: string) =>
  shape.length < 3 ? { shape, last: name } : { shape, first: name, last: undefined as never }

const layerNormalization: LayerWriter = ({ builder, config, input, layer, shape, weightsOf }) => {
  const { beta, gamma } = weightsOf(layer)
  const rank = shape.length
  const axes = [config["axis"] ?? -1].flat().map((axis) => (Number(axis) + rank) % rank)
  const epsilon = builder.floats(Number(config["epsilon"] ?? 1e-3))
  const x = builder.last(input)
  const mean = builder.add("ReduceMean", [x], { axes, keepdims: 1 })
  const centred = builder.add("Sub", [x, mean])
  const square = builder.add("Mul", [centred, centred])
  const variance = builder.add("ReduceMean", [square], { axes, keepdims: 1 })
  const deviation = builder.add("Sqrt", [builder.add("Add", [variance, epsilon])])
  const inAxes = range(0, rank).map((axis) => (axes.includes(axis) ? known(shape[axis]) : 1))
  const normalized = builder.add("Div", [centred, deviation])
  const scaled = gamma
    ? builder.add("Mul", [normalized, builder.weight({ ...gamma, shape: inAxes })])
    : normalized
  const shifted = beta
    ? builder.add("Add", [scaled, builder.weight({ ...beta, shape: inAxes })])
    : scaled
  return at(shape, shifted, input.mask)
}

/** Several values, one after another; a mask that not all of them have would have to go somewhere. */
const merge =
  (
    write: (
      builder: GraphBuilder,
      inputs: ReadonlyArray<string>,
      config: Readonly<Record<string, unknown>>
    ) => string
  ): LayerWriter =>
  ({ builder, config, inputs, shape }) => {
    const [mask, ...others] = new Set(inputs.map(({ mask }) => mask))
    if (others.length > 0 || (mask !== undefined && "axis" in config)) {
      throw new Unsupported(t`merges masked sequences`)
    }
    if (new Set(inputs.map(({ shape }) => shape.length)).size > 1) {
      throw new Unsupported(t`merges inputs of different ranks`)
    }
    return at(
      shape,
      write(
        builder,
        inputs.map((input) => builder.last(input)),
        config
      ),
      mask
    )
  }

const dot: LayerWriter = ({ builder, config, inputs, shape }) => {
  const axes = perInput(config["axes"], inputs)
  const operands = inputs.map((input, i) => {
    const x = builder.last(input)
    const axis = axes[i]!
    const scaled =
      config["normalize"] === true ? builder.add("LpNormalization", [x], { axis, p: 2 }) : x
    return input.shape.length === 2
      ? { name: builder.add("Unsqueeze", [scaled, builder.integers(2)]), last: false }
      : { name: scaled, last: axis === 2 }
  })
  const swapped = (name: string) => builder.add("Transpose", [name], { perm: [0, 2, 1] })
  const [left, right] = operands as [(typeof operands)[number], (typeof operands)[number]]
  const product = builder.add("MatMul", [
    left.last ? left.name : swapped(left.name),
    right.last ? swapped(right.name) : right.name
  ])
  return at(shape, reshapeTo(builder, { shape, last: product }, shape.slice(1).map(known)))
}

const perInput = (axes: unknown, inputs: ReadonlyArray<Value>): ReadonlyArray<number> =>
  inputs.map(({ shape }, i) => {
    const axis = Number(Array.isArray(axes) ? axes[i] : axes)
    return axis < 0 ? axis + shape.length : axis
  })

/** The writers of dense layers, shapes, normalization and merging, by the names of their classes. */
export const shaping: Readonly<Record<string, LayerWriter>> = {
  Dense: dense,
  Activation: activation,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
  ReLU: element((b, x, { maxValue }) => {
    const relu = b.add("Relu", [x])
    return maxValue === null || maxValue === undefined
      ? relu
      : b.add("Clip", [relu, b.floats(0), b.floats(Number(maxValue))])
  }),
  LeakyReLU: element((b, x, { alpha }) =>
    b.add("LeakyRelu", [x], { alpha: { float: Number(alpha) } })
  ),
  ELU: element((b, x, { alpha }) => b.add("Elu", [x], { alpha: { float: Number(alpha) } })),
  ThresholdedReLU: element((b, x, { theta }) =>
    b.add("ThresholdedRelu", [x], { alpha: { float: Number(theta) } })
  ),
  PReLU: prelu,
  Softmax: softmax,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
  Embedding: embedding,
  Masking: masking,
  Rescaling: rescaling,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Add: merge((b, inputs) => b.add("Sum", inputs)),
  Multiply: merge((b, inputs) => inputs.reduce((product, x) => b.add("Mul", [product, x]))),
  Average: merge((b, inputs) => b.add("Mean", inputs)),
  Maximum: merge((b, inputs) => b.add("Max", inputs)),
  Minimum: merge((b, inputs) => b.add("Min", inputs)),
  Concatenate: merge((b, inputs, { axis }) =>
    b.add("Concat", inputs, { axis: Number(axis ?? -1) })
  ),
  Dot: dot
}
