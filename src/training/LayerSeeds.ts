import type { layers, LayersModel } from "@tensorflow/tfjs"

/**
 * Takes the seeds off layers that have one of their own (dropout, noise). With it TensorFlow.js
 * draws one and the same mask in every step; without it the masks follow from the run's seed.
 */
export const clearSeeds = (model: LayersModel): void => {
  for (const layer of model.layers.flatMap(withInner)) {
    if ("seed" in layer) Object.assign(layer, { seed: undefined })
  }
}

/** A layer and those inside it: of a nested model, or wrapped. */
const withInner = (layer: layers.Layer): ReadonlyArray<layers.Layer> => {
  const { layers: nested, layer: wrapped } = layer as Partial<Inner>
  return [layer, ...(nested ?? []).flatMap(withInner), ...(wrapped ? withInner(wrapped) : [])]
}

interface Inner {
  readonly layers: ReadonlyArray<layers.Layer>
  readonly layer: layers.Layer
}
