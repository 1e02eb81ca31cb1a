import type { layers, LayersModel, SymbolicTensor } from "../tf.js"
import { t } from "../language/Text.js"
import { outputNamesOf } from "./BatchTensors.js"
import { trainedOutputs } from "./Heads.js"
import type { AnyObjective, Objective } from "./Objective.js"

type Layer = layers.Layer

/** The parts of a layer that its type hides. */
interface Parts {
  readonly outputs?: ReadonlyArray<SymbolicTensor>
  readonly layer?: Layer
  readonly activation?: { readonly getClassName?: () => string } | null
}

/** Layers that only arrange what the layer before them gives. */
const passive = new Set(["Reshape", "Flatten", "Permute", "Dropout", "Cropping1D", "Cropping2D"])

/**
 * Warnings for outputs of a model that end in an activation that their objective applies itself, the
 * usual mistake: the model trains, but hardly.
 */
export const warnings = (model: LayersModel, objective: AnyObjective): ReadonlyArray<string> =>
  trainedOutputs(objective, outputNamesOf(model)).flatMap((trained) => {
    // Of several models the first may have none of the outputs that the objective names.
    const output = model.outputs[trained.output]
    const message = output === undefined ? null : warning(output, trained.objective)
    return message === null ? [] : [message]
  })

const warning = (output: SymbolicTensor, { activation, name }: Objective): string | null => {
  if (activation === undefined) return null
  const layer = lastLayer(output.sourceLayer)
  const own = activationOf(layer)
  return own === null
    ? null
    : t`the model ends in ${own} (layer ${layer.name}), but Objective.${name} takes logits and applies ${activation} itself: with both, the gradients nearly vanish. Leave the activation out`
}

const lastLayer = (layer: Layer): Layer => {
  const { layer: wrapped, outputs } = layer as Parts
  const next =
    outputs !== undefined
      ? outputs[0]!.sourceLayer
      : passive.has(layer.getClassName())
        ? layer.inboundNodes[0]?.inboundLayers[0]
        : wrapped
  return next === undefined || next === layer ? layer : lastLayer(next)
}

/** The activation of a layer, if it squeezes logits into probabilities. */
const activationOf = (layer: Layer): string | null => {
  const name =
    layer.getClassName() === "Softmax"
      ? "softmax"
      : ((layer as Parts).activation?.getClassName?.() ?? "")
  return ["softmax", "sigmoid", "hardSigmoid"].includes(name) ? name : null
}
