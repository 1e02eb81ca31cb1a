import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backend/BackendError.js"
import * as Reading from "../backend/Reading.js"
import type { Objective } from "./Objective.js"

/** A trained model, ready for use. */
export interface Trained<out C> {
  /** The checkpoint that it came from, and the epoch in which its weights were last trained. */
  readonly path: string
  readonly epoch: number
  /** The config that it was trained with. */
  readonly config: C
  /** The names of the classes, in the order of its outputs. */
  readonly classes: ReadonlyArray<string>
  /**
   * The model's predictions for `count` inputs, side by side as [count, ...inputShape]: for each in
   * turn the probabilities of the classes, or the numbers of a regression.
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
  ): Trained<unknown>["predict"] =>
  (inputs, count) =>
    Effect.acquireUseRelease(
      Effect.sync(() =>
        tf.tidy(() => {
          const output = model.apply(tf.tensor(inputs, [count, ...inputShape]), { training: false })
          return objective.predict(output as tf.Tensor)
        })
      ),
      (output) => Effect.map(Reading.values([output]), ([values]) => values as Float32Array),
      (output) => Effect.sync(() => output.dispose())
    )
