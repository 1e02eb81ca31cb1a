import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import { setAside, statefulLayers } from "../backends/tfjs/layers/LayerStates.js"
import * as Readback from "../backends/Readback.js"
import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import type { Arrays } from "../data/Batch.js"
import type { LabelField, Layout } from "../data/Layout.js"
import { inputNamesOf, inputsOf, outputNamesOf, outputsOf } from "./BatchTensors.js"
import { trainedOutputs } from "./Heads.js"
import type { AnyObjective, MultiObjective, Objective } from "./Objective.js"

/** What a model with such an objective predicts: one array, or one for each output by name. */
export type Predictions<O> =
  O extends MultiObjective<infer K> ? Readonly<Record<K, Float32Array>> : Float32Array

/** A trained model, ready for use. */
export interface TrainedModel<out C, out O extends AnyObjective = Objective> {
  /** The checkpoint that it came from, and the epoch in which its weights were last trained. */
  readonly path: string
  readonly epoch: number
  /** The config that it was trained with. */
  readonly config: C
  /** The names of the classes, in the order of its outputs; [] if labels have names. */
  readonly classes: ReadonlyArray<string>
  /** The labels by name, if they have any. */
  readonly labels: Readonly<Record<string, LabelField>>
  /** The model itself, as for an export; its weights must stay as they are. */
  readonly model: tf.LayersModel
  /** What else the checkpoint says. */
  readonly meta: CheckpointMeta
  /**
   * The model's predictions for `count` inputs, side by side as [count, ...shape], by name if the
   * dataset declared several: for each in turn the probabilities of the classes, or the numbers of a
   * regression. Bytes and integers are normalized as in training. Each call starts stateful layers with
   * zeros.
   */
  readonly predict: (inputs: Arrays, count: number) => Effect.Effect<Predictions<O>, BackendError>
}

/** Predicts with `model`, whose weights must stay as they are. */
export const predictor =
  <O extends AnyObjective>(
    model: tf.LayersModel,
    objective: O,
    fields: Layout["inputs"]
  ): TrainedModel<unknown, O>["predict"] =>
  (inputs, count) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const putStatesBack = setAside(statefulLayers(model))
        try {
          return tf.tidy(() => predictions(model, objective, fields, inputs, count))
        } finally {
          putStatesBack()
        }
      }),
      (outputs) =>
        Effect.map(Readback.values(Object.values(outputs)), (read) => {
          const arrays = read as ReadonlyArray<Float32Array>
          const predicted =
            "outputs" in objective
              ? Object.fromEntries(Object.keys(outputs).map((name, i) => [name, arrays[i]!]))
              : arrays[0]!
          return predicted as Predictions<O>
        }),
      (outputs) => Effect.sync(() => tf.dispose(outputs))
    )

/** The predictions of each output, by name. */
const predictions = (
  model: tf.LayersModel,
  objective: AnyObjective,
  fields: Layout["inputs"],
  inputs: Arrays,
  count: number
): Record<string, tf.Tensor> => {
  const outputs = outputsOf(model, inputsOf(fields, inputs, count, inputNamesOf(model)), false)
  return Object.fromEntries(
    trainedOutputs(objective, outputNamesOf(model)).map(({ name, objective, output }) => [
      name ?? "",
      objective.predict(outputs[output]!)
    ])
  )
}
