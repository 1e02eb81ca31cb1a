import type { LayersModel } from "../tf.js"
import * as Effect from "effect/Effect"
import type { Checkpoint } from "../checkpointing/Checkpoint.js"
import { checkHolds } from "./Compatibility.js"
import type { IncompatibleCheckpoint } from "./IncompatibleCheckpoint.js"
import * as RestoreState from "./RestoreState.js"
import { ofModel } from "./Weights.js"

/** Which weights to load. */
export interface LoadOptions {
  /** Accepts a weight of the model by its name, `dense.kernel`; all of them unless given. */
  readonly only?: (weight: string) => boolean
  /** The name of the model in the checkpoint, if that holds several. */
  readonly from?: string
  /**
   * The state of the checkpoint whose weights to load, where it holds them. Left out, it is the average
   * of the weights, where the run has kept one (see `Average`); null: the model's own.
   */
  readonly weights?: string | null
}

/**
 * Loads weights from a checkpoint of another run into a model, as for fine-tuning. Returns the names
 * of the weights that it has loaded.
 *
 * Fails with `IncompatibleCheckpoint` if the checkpoint lacks one of them, or has it in another shape.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CheckpointStore, Weights, type ModelInput } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * // A new last layer on the first layer of an earlier run, which stays as it is.
 * export const fineTuned = ({ classes, inputShape }: ModelInput<unknown>) =>
 *   Effect.gen(function* () {
 *     const store = yield* CheckpointStore
 *     const earlier = yield* store.load("checkpoints/earlier/best_model.safetensors")
 *     const layers = [
 *       tf.layers.dense({ name: "base", units: 64, inputShape: [...inputShape], trainable: false }),
 *       tf.layers.dense({ name: "head", units: classes.length })
 *     ]
 *     const model = tf.sequential({ layers })
 *     yield* Weights.load(model, earlier, { only: (name) => name.startsWith("base.") })
 *     return model
 *   })
 * ```
 */
export const load = (
  model: LayersModel,
  checkpoint: Checkpoint,
  { from, only = () => true, weights: state }: LoadOptions = {}
): Effect.Effect<ReadonlyArray<string>, IncompatibleCheckpoint> =>
  Effect.gen(function* () {
    const wanted = ofModel(model).filter(({ name }) => only(name))
    const saved = wanted.map((weight) => ({
      ...weight,
      name: from === undefined ? weight.name : `${from}.${weight.name}`
    }))
    yield* checkHolds(checkpoint, saved)
    const average = state === undefined ? checkpoint.meta.average : state
    yield* RestoreState.weights(checkpoint, saved, average ?? undefined)
    return wanted.map(({ name }) => name)
  })
