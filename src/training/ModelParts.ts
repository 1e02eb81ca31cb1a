import { penaltiesOf, type Penalty } from "../backends/tfjs/layers/Penalties.js"
import { statefulLayers, type StatefulLayer } from "../backends/tfjs/layers/LayerStates.js"
import * as tf from "../tf.js"
import type { Models } from "./RunFields.js"
import { configsOf, type ModelConfig } from "./ModelConfig.js"
import { ofModel, type Weight } from "./Weights.js"

/** What training needs of the models of a run, beside the models themselves. */
export interface ModelParts {
  readonly weights: ReadonlyArray<Weight>
  /** The terms that regularizers add to the loss. */
  readonly penalties: ReadonlyArray<Penalty>
  /** The layers whose hidden states are part of every checkpoint. */
  readonly statefulLayers: ReadonlyArray<StatefulLayer>
  /** The architecture of the models by name, as every checkpoint records it. */
  readonly configs: Readonly<Record<string, ModelConfig>>
}

const known = new WeakMap<Models, ModelParts>()

/**
 * The parts of the models of a run, found once. With several models the names of weights and of
 * stateful layers begin with the model's: `generator.dense.kernel`.
 */
export const partsOf = ({ models }: { readonly models: Models }): ModelParts => {
  const found = known.get(models) ?? find(models)
  known.set(models, found)
  return found
}

/** Has the weights that `isFrozen` accepts stay as they are. Called before anything asks for the parts. */
export const freeze = (models: Models, isFrozen: (weight: string) => boolean): void => {
  Object.values(models).forEach(finish)
  for (const { name, variable } of find(models).weights) {
    if (isFrozen(name)) variable.trainable = false
  }
  known.delete(models)
}

/** Builds sequential models, which as they are built for their first call would unfreeze all weights. */
const finish = (model: Container): void => {
  if (model instanceof tf.Sequential && (model as unknown as { model: unknown }).model == null)
    model.build()
  for (const layer of model.layers) if ("layers" in layer) finish(layer as unknown as Container)
}

type Container = Pick<tf.LayersModel, "layers">

const find = (models: Models): ModelParts => {
  const all = Object.entries(models)
  const prefix = (name: string) => (all.length > 1 ? `${name}.` : "")
  return {
    configs: configsOf(models),
    weights: all.flatMap(([name, model]) =>
      ofModel(model).map((weight) => ({ ...weight, name: prefix(name) + weight.name }))
    ),
    penalties: all.flatMap(([, model]) => penaltiesOf(model)),
    statefulLayers: all.flatMap(([name, model]) =>
      statefulLayers(model).map((layer) => ({ ...layer, path: prefix(name) + layer.path }))
    )
  }
}
