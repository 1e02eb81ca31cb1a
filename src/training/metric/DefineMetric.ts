import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field, mayChange } from "../../config/Field.js"
import type { Metric } from "./Metric.js"

/**
 * Defines a metric that `training.metrics` can name: its fields there, and the metric that follows from
 * them. `Metric.listOf` adds it to a config.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Metric } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * const within = Metric.define("within", {
 *   description: "The share of predictions at most this far from the label.",
 *   fields: { distance: Config.field(Schema.Number, 1, "How far at most.") },
 *   make: ({ distance }) =>
 *     Metric.mean("within", (labels, output) =>
 *       tf.lessEqual(tf.abs(tf.sub(output, labels.reshape(output.shape))), distance)
 *     )
 * })
 *
 * export const MyConfig = Config.make({
 *   training: { metrics: Metric.listOf(...Metric.builtIn, within) },
 *   model: Schema.Struct({}),
 *   data: Schema.Struct({})
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Metric>
) => Choice.define(name, definition)

type Choices = readonly [Choice.Choice.Any<Metric>, ...ReadonlyArray<Choice.Choice.Any<Metric>>]

/** The field `training.metrics` of a config that can name some metrics; left out, it names none. */
export type MetricsField<C extends Choice.Choice.Any> = Schema.PropertySignature<
  ":",
  Listed<Choice.Choice.Type<C>>,
  never,
  "?:",
  Listed<Choice.Choice.Encoded<C> | C["name"]>,
  true
>

/** A list; for a model with several outputs, a list for each by its name. */
type Listed<A> = ReadonlyArray<A> | { readonly [output: string]: ReadonlyArray<A> }

/**
 * The field `training.metrics` of a config that can name these metrics, by name alone or with fields;
 * left out, it names none.
 */
export const listOf = <const C extends Choices>(...metrics: C): MetricsField<C[number]> => {
  const list = Schema.Array(Choice.union(...metrics))
  return mayChange(
    field(
      Schema.Union(list, Schema.Record({ key: Schema.String, value: list })),
      [],
      "What is measured beside the loss and the objective's own metrics, in training and validation: metrics by name; for a model with several outputs, a list for each by its name."
    )
  ) as never
}
