import * as Schema from "effect/Schema"
import { JsonNumber } from "../io/JsonNumber.js"

/*
 * The values of `MetricDetail` events that evaluation emits for each output that says of an example which
 * of some classes it is. Where a model has several outputs, the event's `metric` begins with the output's
 * name: `kind_confusion_matrix`.
 */

/** `confusion_matrix`: `counts[label][guess]`, by sample weights where there are any; of up to 100 classes. */
export const ConfusionMatrix = Schema.Struct({
  classes: Schema.Array(Schema.String),
  counts: Schema.Array(Schema.Array(Schema.Number))
})
export type ConfusionMatrix = typeof ConfusionMatrix.Type

/** `per_class`: figures in the order of `classes`; `support` is the number of labels. */
export const PerClass = Schema.Struct({
  classes: Schema.Array(Schema.String),
  precision: Schema.Array(Schema.Number),
  recall: Schema.Array(Schema.Number),
  f1: Schema.Array(Schema.Number),
  support: Schema.Array(Schema.Number)
})
export type PerClass = typeof PerClass.Type

const seconds = Schema.optionalWith(Schema.Number, { exact: true })

/** An example, and what the model says of it. */
export const ClassifiedExample = Schema.Struct({
  /** Its index in the split. */
  index: Schema.Int,
  name: Schema.String,
  path: Schema.NullOr(Schema.String),
  /** The part of a recording that it is. */
  from: seconds,
  to: seconds,
  label: Schema.String,
  predicted: Schema.String,
  /** How likely the model holds the class that it predicts, and that of the label. */
  probability: Schema.Number,
  label_probability: Schema.Number,
  /** The cross-entropy in nats, without weights and smoothing. */
  loss: JsonNumber
})
export type ClassifiedExample = typeof ClassifiedExample.Type

/**
 * `worst_examples`: the 24 examples of a split with the largest losses, the worst first.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { MetricDetails, Observer } from "holdfast"
 *
 * const isWorst = Schema.is(MetricDetails.WorstExamples)
 *
 * // Logs the example of each evaluation that the model gets most wrong.
 * export const worst = Observer.make((event) =>
 *   event._tag === "MetricDetail" && isWorst(event.value)
 *     ? Effect.log(event.value.examples[0]?.name)
 *     : Effect.void
 * )
 * ```
 */
export const WorstExamples = Schema.Struct({
  split: Schema.String,
  classes: Schema.Array(Schema.String),
  examples: Schema.Array(ClassifiedExample)
})
export type WorstExamples = typeof WorstExamples.Type
