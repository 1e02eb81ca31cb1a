import { layersIn } from "../backends/tfjs/layers/InnerLayers.js"
import type { Models } from "./Phase.js"

/** Layers and shapes of models, as far as they decide how long a step takes. */
export const architectureOf = (models: Models) =>
  Object.values(models).map((model) =>
    layersIn(model).map(({ layer, trainable }) => [
      layer.getClassName(),
      layer.inboundNodes.map(({ outputShapes }) => outputShapes),
      layer.weights.map(({ shape }) => shape),
      trainable
    ])
  )
