import type * as tf from "../tf.js"
import type { LayersModel, LayerVariable, Tensor, Variable } from "../tf.js"
import { layersIn } from "../backends/tfjs/layers/InnerLayers.js"

/** One weight of a model under the name that checkpoints give it. */
export interface Weight {
  readonly name: string
  readonly trainable: boolean
  readonly variable: LayerVariable
}

/** A layer of a model, and its weights under the names that checkpoints give them. */
export interface LayerWeights {
  readonly path: string
  readonly layer: tf.layers.Layer
  readonly weights: ReadonlyArray<Weight>
}

/** The layers of a model in their order; the parts of a layer count as that layer. */
export const layersOf = (model: LayersModel): ReadonlyArray<LayerWeights> => {
  const taken = new Set<string>()
  return layersIn(model)
    .filter(({ isPart }) => !isPart)
    .map(({ layer, path, trainable }) => ({
      path,
      layer,
      weights: layer.weights.map((variable) => ({
        name: unique(`${path}.${weightName(variable.originalName)}`, taken),
        trainable: trainable && variable.trainable,
        variable
      }))
    }))
}

/** The weights of a model, in layer order, each under a name that is the same in every process. */
export const ofModel = (model: LayersModel): ReadonlyArray<Weight> =>
  layersOf(model).flatMap(({ weights }) => weights)

/** The tensor of a weight, which is the variable itself. */
export const tensorOf = (weight: Weight): Variable => weight.variable.read() as Tensor as Variable

/** How many numbers some weights have. */
export const sizeOf = (weights: ReadonlyArray<Weight>): number =>
  weights.reduce((sum, one) => sum + tensorOf(one).size, 0)

/** `dense_Dense1/kernel` → `kernel`; of a wrapped layer, `forward_lstm_LSTM1/kernel` → `forward_lstm.kernel`. */
const weightName = (originalName: string): string => {
  const parts = originalName.split("/")
  return parts
    .slice(parts.length > 2 ? 1 : 0)
    .filter((part, i, all) => i === all.length - 1 || /^(forward|backward)/.test(part))
    .map((part) => part.replace(/_[A-Z][A-Za-z0-9]*?\d+$/, ""))
    .join(".")
}

const unique = (name: string, taken: Set<string>): string => {
  let candidate = name
  for (let i = 2; taken.has(candidate); i++) candidate = `${name}_${i}`
  taken.add(candidate)
  return candidate
}
