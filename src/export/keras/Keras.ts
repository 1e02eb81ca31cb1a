import * as Effect from "effect/Effect"
import { zipSync } from "fflate"
import type * as tf from "../../tf.js"
import { attempt } from "../ExportError.js"
import type { ModelWeights } from "../ModelWeights.js"
import * as hdf5 from "./hdf5.js"
import { toKeras } from "./KerasConfig.js"
import { variablesOf } from "./KerasWeights.js"

/** The version of Keras whose files these are. */
const kerasVersion = "3.15.1"

/** A model as `keras.models.load_model` of Keras 3 loads it: its `.keras` file. */
export const model = Effect.fn("Keras.model")(function* (
  model: tf.LayersModel,
  weights: ModelWeights,
  savedAt: string
) {
  const config = yield* attempt(() => toKeras(model))
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  return zipSync(
    {
      "metadata.json": text({ keras_version: kerasVersion, date_saved: savedAt }),
      "config.json": text(config),
      "model.weights.h5": yield* hdf5.write(variablesOf(model, weights))
    },
    // Weights do not become smaller; and a time in the file would make it another file each time.
    { level: 0, mtime: "1980-01-01" }
  )
})

/** The weights of a model as `model.load_weights` of Keras 3 loads them: a `.weights.h5` file. */
export const weights = (model: tf.LayersModel, weights: ModelWeights) =>
  hdf5.write(variablesOf(model, weights))
