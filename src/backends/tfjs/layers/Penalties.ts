import type { LayersModel, Scalar } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { layersIn } from "./InnerLayers.js"

/** Computes one penalty on the weights, through which gradients flow. */
export type Penalty = () => Scalar

/**
 * The penalties of a model's regularizers, each once, also where a layer is used several times.
 *
 * TensorFlow.js's own `calculateLosses` misses those of cells, of both directions of Bidirectional
 * and of a model inside a sequential one, and counts a shared layer once for every use.
 */
export const penaltiesOf = (model: LayersModel): ReadonlyArray<Penalty> => {
  const penalties = new Set<Penalty>()
  for (const { layer } of layersIn(model)) {
    if (layer.calculateLosses === tf.layers.Layer.prototype.calculateLosses) {
      for (const penalty of layer.losses) penalties.add(penalty)
    } else {
      penalties.add(() => tf.addN([tf.scalar(0), ...layer.calculateLosses()]))
    }
  }
  return [...penalties]
}
