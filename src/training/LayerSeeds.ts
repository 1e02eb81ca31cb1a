import type { LayersModel } from "../tf.js"
import { layersIn } from "../backends/tfjs/layers/InnerLayers.js"

/**
 * Takes the seeds off layers that have one of their own (dropout, noise, random sizes). With it
 * TensorFlow.js draws the same mask in every step, or counts steps where no checkpoint can see it;
 * without it the masks follow from the run's seed.
 */
export const clearSeeds = (model: LayersModel): void => {
  for (const { layer } of layersIn(model)) {
    const { randomGenerator } = layer as { randomGenerator?: object }
    for (const owner of [layer, randomGenerator]) {
      if (owner !== undefined && "seed" in owner) Object.assign(owner, { seed: undefined })
    }
  }
}
