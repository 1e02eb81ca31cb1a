import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import { setAside, statefulLayers } from "../backends/tfjs/layers/LayerStates.js"
import * as Readback from "../backends/Readback.js"
import type { Objective } from "./Objective.js"

/** A trained model, ready for use. */
export interface TrainedModel<out C> {
  /** The checkpoint that it came from, and the epoch in which its weights were last trained. */
  readonly path: string
  readonly epoch: number
  /** The config that it was trained with. */
  readonly config: C
  /** The names of the classes, in the order of its outputs. */
  readonly classes: ReadonlyArray<string>
  /**
   * The model's predictions for `count` inputs, side by side as [count, ...inputShape]: for each in
   * turn the probabilities of the classes, or the numbers of a regression. Each call starts stateful
   * layers with zeros.
   */
  readonly predict: (
    inputs: Float32Array,
    count: number
  ) => Effect.Effect<Float32Array, BackendError>
}

/** Predicts with `model`, whose weights must stay as they are. */
export const predictor =
  (
    model: tf.LayersModel,
    objective: Objective,
    inputShape: ReadonlyArray<number>
  ): TrainedModel<unknown>["predict"] =>
  (inputs, count) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const putStatesBack = setAside(statefulLayers(model))
        try {
          return tf.tidy(() => {
            const input = tf.tensor(inputs, [count, ...inputShape])
            return objective.predict(model.apply(input, { training: false }) as tf.Tensor)
          })
        } finally {
          putStatesBack()
        }
      }),
      (output) => Effect.map(Readback.values([output]), ([values]) => values as Float32Array),
      (output) => Effect.sync(() => output.dispose())
    )
