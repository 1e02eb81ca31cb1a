import * as Schema from "effect/Schema"
import {
  epochOfWeights,
  Json,
  OutputIdentity,
  type CheckpointMeta
} from "../checkpointing/Checkpoint.js"
import { Field } from "../data/Layout.js"
import type * as tf from "../tf.js"
import { inputsOf } from "../training/DatasetIdentity.js"
import { inputNamesOf, outputNamesOf } from "../training/BatchTensors.js"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Shape = Schema.Array(Schema.NullOr(Schema.Int))

/**
 * What it takes to use a model elsewhere, as the JSON beside every export has it: what goes in, what comes
 * out, and how the one is made of what a user has and the other is read.
 *
 * A number `x` of an input goes in as `x × scale + offset` where it has a `normalization`. An output says
 * what it is once its `activation` is applied: probabilities of its `classes`, in their order.
 */
export const Inference = Schema.Struct({
  format: Schema.Literal("holdfast-inference"),
  version: Schema.Literal(1),
  /** The checkpoint that the weights are from. */
  checkpoint: Schema.Struct({
    run_id: Schema.String,
    saved_at: Schema.String,
    epoch: Schema.Int,
    global_step: Schema.Int
  }),
  /** As the exported model names them, in its order; shapes without the batch. */
  inputs: Schema.Array(Schema.Struct({ name: Schema.String, ...Field.fields })),
  outputs: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      shape: Shape,
      objective: optional(OutputIdentity.fields.objective),
      activation: OutputIdentity.fields.activation,
      classes: optional(Schema.Array(Schema.String))
    })
  ),
  /** How an input is made, as the dataset declares it: see its `kind`. */
  preprocessing: Schema.NullOr(Schema.Record({ key: Schema.String, value: Json }))
})
export type Inference = typeof Inference.Type

/** The name of the file beside an export, or in its folder. */
export const fileName = "inference.json"

/** What a checkpoint says of the use of its model. */
export const describe = (model: tf.LayersModel, meta: CheckpointMeta): Inference => {
  const { dataset, outputs = {} } = meta
  const single = model.inputs.length === 1 ? ["input"] : inputNamesOf(model)
  const fields = inputsOf(dataset)
  const names = outputNamesOf(model)
  return {
    format: "holdfast-inference",
    version: 1,
    checkpoint: {
      run_id: meta.run_id,
      saved_at: meta.saved_at,
      epoch: epochOfWeights(meta),
      global_step: meta.global_step
    },
    inputs: single.map((name, i) => {
      const { name: _name, ...field } = (fields.length === 1
        ? fields[0]
        : fields.find((one) => one.name === name)) ?? { name, shape: [] }
      return {
        ...field,
        name,
        shape: model.inputs[i]!.shape.slice(1).map((length) => length ?? -1)
      }
    }),
    outputs: model.outputs.map(({ shape }, i) => {
      const name = names[i]!
      const classes = outputs[""] === undefined ? dataset.labels?.[name]?.classes : dataset.classes
      return {
        name: names.length === 1 ? "output" : name,
        shape: shape.slice(1),
        ...(outputs[""] ?? outputs[name]),
        ...(classes !== undefined && classes.length > 0 && { classes })
      }
    }),
    preprocessing: dataset.preprocessing ?? null
  }
}
