import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"
import { metrics, type Run } from "./Run.js"

/** A metric that is monitored, and that nothing has measured by then. */
export class MetricError extends Schema.TaggedError<MetricError>()("MetricError", {
  reason: Schema.Union(
    Schema.TaggedStruct("Unknown", {}),
    /** A stage measures it, but after it is looked at. */
    Schema.TaggedStruct("Later", { stage: Schema.String })
  ),
  metric: Schema.String,
  /** What looks at it: a stage, or a field of the config. */
  by: Schema.String,
  /** What is measured by then. */
  known: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const { by, known, metric, reason } = this
    if (reason._tag === "Later") {
      return t`${by} monitors ${metric}, which ${reason.stage} measures after it; put ${reason.stage} before it`
    }
    const meant = nearest(metric, known)
    return (
      t`${by} monitors ${metric}, which no stage before it measures; ` +
      (meant === undefined
        ? t`measured are: ${known.join(", ") || t`none`}`
        : t`did you mean ${meant}? (measured are: ${known.join(", ")})`)
    )
  }
}

/** The value of a metric in the current epoch, which `by` looks at. */
export const metricOf = (
  run: Run,
  metric: string,
  by: string
): Effect.Effect<number, MetricError> =>
  Effect.flatMap(metrics(run), (all) => {
    const value = all[metric]
    return value === undefined
      ? Effect.fail(
          new MetricError({ reason: { _tag: "Unknown" }, metric, by, known: Object.keys(all) })
        )
      : Effect.succeed(value)
  })
