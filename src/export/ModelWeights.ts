import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import * as Readback from "../backends/Readback.js"
import type { LayersModel, LayerVariable } from "../tf.js"
import { ofModel, tensorOf } from "../training/Weights.js"

/** A weight of a model, read from the device. */
export interface ModelWeight {
  /** As checkpoints name it: `dense_1.kernel`. */
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/** The weights of a model, in the order of its layers. */
export type ModelWeights = ReadonlyMap<LayerVariable, ModelWeight>

/** Reads the weights of a model from the device. */
export const read = (model: LayersModel): Effect.Effect<ModelWeights, BackendError> =>
  Effect.gen(function* () {
    const weights = ofModel(model)
    const values = yield* Readback.values(weights.map(tensorOf))
    return new Map(
      weights.map((weight, i) => [
        weight.variable,
        {
          name: weight.name,
          shape: tensorOf(weight).shape,
          values: Float32Array.from(values[i] as ArrayLike<number>)
        }
      ])
    )
  })
