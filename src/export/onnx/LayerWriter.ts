import type * as tf from "../../tf.js"
import type { GraphBuilder, Shape, Value, Weight } from "./GraphBuilder.js"
import { Unsupported } from "./GraphBuilder.js"
import { t } from "../../language/Text.js"

/** What writes a layer needs: the layer, what goes into it, and the shapes of what comes out. */
export interface LayerInput {
  readonly builder: GraphBuilder
  readonly layer: tf.layers.Layer
  readonly config: Config
  readonly inputs: ReadonlyArray<Value>
  readonly input: Value
  readonly shape: Shape
  /** The numbers of a layer by their names in it: `kernel`. */
  readonly weightsOf: (layer: tf.layers.Layer) => Readonly<Record<string, Weight>>
  /** Writes a layer inside of this one. */
  readonly write: (layer: tf.layers.Layer, input: Value, shape: Shape) => Value
}

/** Writes a layer as nodes of ONNX, and gives what comes out. */
export type LayerWriter = (input: LayerInput) => Value | ReadonlyArray<Value>

/** The config of a layer, as it says it itself. */
export type Config = Readonly<Record<string, unknown>>

/** A number of a config for each of `axes` axes: one for all, or one each. */
export const perAxis = (value: unknown, axes: number): ReadonlyArray<number> =>
  Array.isArray(value)
    ? (value as ReadonlyArray<number>)
    : Array.from({ length: axes }, () => value as number)

/** Fails where the channels come first, for which nothing is written. */
export const checkChannelsLast = ({ dataFormat }: Config): void => {
  if (dataFormat === "channelsFirst" || dataFormat === "channels_first") {
    throw new Unsupported(t`has the channels first; use channelsLast`)
  }
}

/** `values` of this shape with its axes in another order. */
export const transposed = (
  { name, shape, values }: Weight,
  order: ReadonlyArray<number>
): Weight => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const to = order.map((axis) => shape[axis]!)
  const steps = order.map((axis) => strides[axis]!)
  const result = new Float32Array(values.length)
  const index = to.map(() => 0)
  let from = 0
  for (let i = 0; i < result.length; i++) {
    result[i] = values[from]!
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++index[axis]! < to[axis]!) break
      from -= steps[axis]! * to[axis]!
      index[axis] = 0
    }
  }
  return { name, shape: to, values: result }
}

/** The same numbers in another shape. */
export const reshaped = (weight: Weight, shape: ReadonlyArray<number>): Weight => ({
  ...weight,
  shape
})
