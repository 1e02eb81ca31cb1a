import type { layers, LayersModel, LayerVariable, Tensor, Variable } from "@tensorflow/tfjs"

/** One weight of a model under the name that checkpoints give it. */
export interface Weight {
  readonly name: string
  readonly trainable: boolean
  readonly variable: LayerVariable
}

/**
 * The weights of a model, in layer order, each under a name that is the same in every process.
 *
 * TensorFlow.js numbers unnamed layers for as long as the process lives (`dense_Dense7`), so such
 * names are numbered anew within the model (`dense_1`); names given by the user stay.
 */
export const ofModel = (model: LayersModel): ReadonlyArray<Weight> =>
  ofContainer(model, "", model.trainable, new Set())

const ofContainer = (
  container: { readonly layers: ReadonlyArray<layers.Layer> },
  prefix: string,
  inTrainable: boolean,
  taken: Set<string>
): ReadonlyArray<Weight> => {
  const counts = new Map<string, number>()
  return container.layers.flatMap((layer) => {
    const path = `${prefix}${stableName(layer.name, layer.getClassName(), counts)}`
    const isTrainable = inTrainable && layer.trainable
    if ("layers" in layer) {
      return ofContainer(layer as never, `${path}.`, isTrainable, taken)
    }
    return layer.weights.map((variable) => ({
      name: unique(`${path}.${weightName(variable.originalName)}`, taken),
      trainable: isTrainable && variable.trainable,
      variable
    }))
  })
}

/** The tensor of a weight, which is the variable itself. */
export const tensorOf = (weight: Weight): Variable => weight.variable.read() as Tensor as Variable

const stableName = (name: string, className: string, counts: Map<string, number>): string => {
  const automatic =
    new RegExp(`^(.+)_${className}\\d+$`).exec(name) ?? /^(sequential|model)_\d+$/.exec(name)
  if (automatic === null) return name
  const prefix = automatic[1]!
  const count = (counts.get(prefix) ?? 0) + 1
  counts.set(prefix, count)
  return `${prefix}_${count}`
}

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
