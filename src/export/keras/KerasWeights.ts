import type * as tf from "../../tf.js"
import type { ModelWeight, ModelWeights } from "../ModelWeights.js"
import { classOf } from "./KerasConfig.js"

/** A variable in a file of weights of Keras 3: `layers/dense_1/vars/0`. */
export interface Variable extends ModelWeight {
  readonly path: string
}

type Layer = tf.layers.Layer
type Parts = Layer & {
  readonly layers?: ReadonlyArray<Layer>
  readonly cells?: ReadonlyArray<Layer>
  readonly cell?: Layer
  readonly layer?: Layer
  readonly forwardLayer?: Layer
  readonly backwardLayer?: Layer
}

/**
 * The weights of a model where Keras 3 looks for them. It names a layer by its class, and counts those
 * of one class among the layers beside it; the parts of a layer are named after its attributes.
 */
export const variablesOf = (
  model: tf.LayersModel,
  weights: ModelWeights
): ReadonlyArray<Variable> => variables("", model as never, weights)

const variables = (path: string, layer: Parts, weights: ModelWeights): ReadonlyArray<Variable> => {
  const under = (name: string, part: Layer) => variables(`${path}${name}/`, part, weights)
  if (layer.layers !== undefined) return numbered(`${path}layers/`, layer.layers, weights)
  if (layer.cells !== undefined) return numbered(`${path}cells/`, layer.cells, weights)
  if (layer.cell !== undefined) return under("cell", layer.cell)
  if (layer.forwardLayer !== undefined) {
    return [
      ...under("forward_layer", layer.forwardLayer),
      ...under("backward_layer", layer.backwardLayer!)
    ]
  }
  if (layer.layer !== undefined) return under("layer", layer.layer)
  if (layer.getClassName() === "MultiHeadAttention") return attention(path, layer, weights)
  return layer.weights.map((variable, i) => ({
    ...steeper(layer, weights.get(variable)!),
    path: `${path}vars/${i}`
  }))
}

/** Keras has a layer for each projection, and the heads on an axis of their own. */
const attention = (path: string, layer: Layer, weights: ModelWeights): ReadonlyArray<Variable> => {
  const { numHeads } = layer.getConfig() as { readonly numHeads: number }
  return layer.weights.map((variable) => {
    const weight = weights.get(variable)!
    const [name, kind] = weight.name.split(".").at(-1)!.split("_") as [string, string]
    const [first, ...rest] = weight.shape as [number, ...ReadonlyArray<number>]
    const heads = (width: number) => [numHeads, width / numHeads]
    const isOutput = name === "output"
    const shape =
      kind === "kernel"
        ? isOutput
          ? [...heads(first), ...rest]
          : [first, ...heads(rest[0]!)]
        : isOutput
          ? [first]
          : heads(first)
    return { ...weight, shape, path: `${path}${name}_dense/vars/${kind === "kernel" ? 0 : 1}` }
  })
}

const numbered = (
  path: string,
  layers: ReadonlyArray<Layer>,
  weights: ModelWeights
): ReadonlyArray<Variable> => {
  const counts = new Map<string, number>()
  return layers.flatMap((layer) => {
    const name = snakeCase(classOf(layer.getClassName()))
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return variables(`${path}${count === 0 ? name : `${name}_${count}`}/`, layer, weights)
  })
}

/** As Keras names a class. */
export const snakeCase = (className: string): string =>
  className
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()

/**
 * The hard sigmoid of Keras 3 has a slope of 1/6, where that of Keras 2 and TensorFlow.js has 1/5: what
 * goes into it is made 6/5 of what it was, so that the same comes out.
 */
const steeper = (layer: Layer, weight: ModelWeight): ModelWeight => {
  const config = layer.getConfig()
  const hard = (key: string) => nameOf(config[key]) === "hardsigmoid"
  // Of a cell's gates, in the last axis, one is not a gate: it has the other activation.
  const gates: ReadonlyArray<boolean> = /^(Conv)?LSTM/.test(layer.getClassName())
    ? ["recurrentActivation", "recurrentActivation", "activation", "recurrentActivation"].map(hard)
    : layer.getClassName().startsWith("GRU")
      ? ["recurrentActivation", "recurrentActivation", "activation"].map(hard)
      : [hard("activation")]
  if (!gates.includes(true) || weight.name.split(".").at(-1)!.startsWith("depthwise")) return weight
  const length = weight.shape.at(-1)!
  const values = weight.values.map((value, i) =>
    gates[Math.floor(((i % length) * gates.length) / length)]! ? value * 1.2 : value
  )
  return { ...weight, values }
}

const nameOf = (activation: unknown): string =>
  typeof activation === "string" ? activation.replace("_", "").toLowerCase() : ""
