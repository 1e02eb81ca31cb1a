import type { LayersModel } from "../tf.js"
import type * as Effect from "effect/Effect"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Field, LabelField } from "../data/Layout.js"
import type { Average } from "./Average.js"
import type { AnyObjective } from "./Objective.js"
import type { OptimizerFactory } from "./Optimizer.js"
import type { Models } from "./RunFields.js"
import type { Scheduler } from "./Scheduler.js"

/** What a model is built from: the config, and what the dataset declares. */
export interface ModelInput<out C> {
  readonly config: C
  /** The shape of one input, without the batch dimension; [] if inputs have names. */
  readonly inputShape: ReadonlyArray<number>
  /** The names of the classes, by label; [] for quantities, and if labels have names. */
  readonly classes: ReadonlyArray<string>
  /** The inputs by name, if they have any. */
  readonly inputs: Readonly<Record<string, Field>>
  /** The labels by name, if they have any. */
  readonly labels: Readonly<Record<string, LabelField>>
}

/** A layers model of TensorFlow.js, or several models by name. Several inputs and outputs have names: those
 * of their layers. */
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
export interface RunParts<
  in C,
  out E = never,
  out R = never,
  out O extends AnyObjective = AnyObjective
> {
  readonly model: ModelBuilder<C, E, R>
  readonly objective: O
  readonly optimizer: (training: TrainingConfig) => OptimizerFactory
  readonly scheduler: (training: TrainingConfig) => Scheduler
  /** The averages of the weights that the run keeps; left out, those of the config: `Average.fromConfig`. */
  readonly averages?: (training: TrainingConfig) => ReadonlyArray<Average>
}
