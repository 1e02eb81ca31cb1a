import type { LayersModel } from "../tf.js"
import type * as Effect from "effect/Effect"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Objective } from "./Objective.js"
import type { OptimizerFactory } from "./Optimizer.js"
import type { Models } from "./RunFields.js"
import type { Scheduler } from "./Scheduler.js"

/** What a model is built from: the config, the shape of one input, and the names of the classes. */
export interface ModelInput<out C> {
  readonly config: C
  readonly inputShape: ReadonlyArray<number>
  readonly classes: ReadonlyArray<string>
}

/** A layers model of TensorFlow.js with one input and one output, or several models by name. */
export type BuiltModels = LayersModel | Models

/**
 * Builds the model of a run, or several by name, at once or as an effect that loads a model, say. It
 * runs again when the run is resumed; the weights of the checkpoint then replace all others.
 *
 * With several models the names of weights begin with the model's, `generator.dense.kernel`.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import type { ModelInput } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * // Trains a new last layer on the frozen layers of a model from a file.
 * export const fineTuned = ({ classes }: ModelInput<unknown>) =>
 *   Effect.gen(function* () {
 *     const base = yield* Effect.promise(() => tf.loadLayersModel("https://example.com/model.json"))
 *     for (const layer of base.layers) layer.trainable = false
 *     const head = tf.layers.dense({ units: classes.length, name: "head" })
 *     return tf.model({ inputs: base.inputs, outputs: head.apply(base.outputs[0]!) as never })
 *   })
 * ```
 */
export type ModelBuilder<in C, out E = never, out R = never> = (
  input: ModelInput<C>
) => BuiltModels | Effect.Effect<BuiltModels, E, R>

/** What a run is made of. */
export interface RunParts<in C, out E = never, out R = never> {
  readonly model: ModelBuilder<C, E, R>
  readonly objective: Objective
  readonly optimizer: (training: TrainingConfig) => OptimizerFactory
  readonly scheduler: (training: TrainingConfig) => Scheduler
}
