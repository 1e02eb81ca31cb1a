import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { metrics, type Run } from "./Run.js"

/** A stage asked for a metric that nothing has measured in this epoch. */
export class MetricError extends Schema.TaggedError<MetricError>()("MetricError", {
  reason: Schema.Literal("Unknown"),
  metric: Schema.String,
  stage: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return (
      `${this.stage} watches ${this.metric}, which no stage before it has measured; there are: ` +
      `${this.known.join(", ") || "none"}`
    )
  }
}

/** The value of a metric in the epoch under way, for `stage`. */
export const metricOf = (
  run: Run,
  metric: string,
  stage: string
): Effect.Effect<number, MetricError> =>
  Effect.flatMap(metrics(run), (all) => {
    const value = all[metric]
    return value === undefined
      ? Effect.fail(new MetricError({ reason: "Unknown", metric, stage, known: Object.keys(all) }))
      : Effect.succeed(value)
  })
