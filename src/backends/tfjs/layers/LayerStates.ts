import type { LayersModel, Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { layersIn } from "./InnerLayers.js"

/** A layer that keeps hidden states from one batch to the next. */
export interface StatefulLayer {
  readonly path: string
  readonly layer: Recurrent
}

/** The parts of a stateful recurrent layer that its type hides. */
interface Recurrent {
  states_: Array<Tensor>
  /** What the states were before each training step, for the gradients of that step. */
  keptStates: Array<Array<Tensor>>
}

type Owner = LayersModel | tf.layers.Layer

/** The layers that keep hidden states, in the order of the model. */
export const statefulLayers = (owner: Owner): ReadonlyArray<StatefulLayer> =>
  layersIn(owner).flatMap(({ layer, path }) => (keepsStates(layer) ? [{ path, layer }] : []))

/** The first layer that says it is stateful but keeps its states where nobody else finds them. */
export const unknownStateful = (model: LayersModel): tf.layers.Layer | undefined =>
  layersIn(model).find(
    ({ layer }) => layer.stateful && !layersIn(layer).some((inner) => keepsStates(inner.layer))
  )?.layer

const keepsStates = (layer: object): layer is Recurrent =>
  (layer as tf.layers.Layer).stateful && Array.isArray((layer as Partial<Recurrent>).states_)

/** Frees what only the gradients of the step just done needed; TensorFlow.js would keep it all. */
export const afterStep = (layers: ReadonlyArray<StatefulLayer>): void => {
  for (const { layer } of layers) {
    tf.dispose(layer.keptStates)
    layer.keptStates = []
  }
}

/** Gives a layer copies of `states`. */
export const replace = ({ layer }: StatefulLayer, states: ReadonlyArray<Tensor>): void => {
  tf.dispose(layer.states_)
  layer.states_ = states.map((state) => tf.keep(tf.clone(state)))
}

/** Resets the layers to zeros, until the returned function restores their states. */
export const setAside = (layers: ReadonlyArray<StatefulLayer>): (() => void) => {
  const own = layers.map(({ layer }) => layer.states_)
  for (const { layer } of layers) {
    layer.states_ = layer.states_.map(({ shape }) => tf.keep(tf.zeros(shape)))
  }
  return () => {
    afterStep(layers)
    layers.forEach(({ layer }, i) => {
      tf.dispose(layer.states_)
      layer.states_ = own[i]!
    })
  }
}

/** Frees the states of a model that is no longer used. */
export const dispose = (owner: Owner): void => {
  for (const { layer } of statefulLayers(owner)) tf.dispose([layer.states_, layer.keptStates])
}
