import * as Schema from "effect/Schema"
import { field } from "../../config/Field.js"
import { JsonNumber } from "../../io/JsonNumber.js"
import { t } from "../../language/Text.js"
import { improves, isSame, Mode, startsOver } from "../Monitor.js"
import { count, define, fraction, nonNegative, stateful } from "./Schedule.js"

const State = Schema.Struct({
  /** What `best` is of; missing where an earlier release wrote the state. */
  metric: Schema.optionalWith(Schema.String, { exact: true }),
  mode: Schema.optionalWith(Mode, { exact: true }),
  /** The product of all reductions so far. */
  factor: JsonNumber,
  best: Schema.NullOr(JsonNumber),
  num_bad_epochs: Schema.NonNegativeInt
})

/**
 * Multiplies the rate by `factor` when `metric` has not improved for more than `patience` epochs
 * (PyTorch's ReduceLROnPlateau with threshold 0). A value that is not finite is no improvement.
 * Resumed with another metric or mode, it keeps the rate and starts over with the rest.
 */
export const plateau = define("plateau", {
  description: "A drop whenever a metric has stopped improving.",
  fields: {
    metric: field(Schema.NonEmptyString, "val_loss", "The metric of an epoch that is monitored."),
    mode: field(Mode, "min", "Whether lower or higher is better."),
    factor: field(
      fraction,
      0.1,
      "What the rate is multiplied by when the metric has stopped improving."
    ),
    patience: field(count, 10, "Epochs without improvement that are allowed before that."),
    min_learning_rate: field(nonNegative, 0, "The learning rate never goes below this.")
  },
  make: ({ factor, metric, min_learning_rate, mode, patience }) =>
    stateful<typeof State.Type, typeof State.Encoded>({
      schema: State,
      initial: { metric, mode, factor: 1, best: null, num_bad_epochs: 0 },
      monitor: metric,
      rate: ({ learningRate }, state) => Math.max(min_learning_rate, learningRate * state.factor),
      next: (state, metrics) => {
        const value = metrics[metric] ?? Number.NaN
        const improved = improves(value, state.best, mode)
        const bad = improved ? 0 : state.num_bad_epochs + 1
        const reduce = bad > patience
        return {
          metric,
          mode,
          best: improved ? value : state.best,
          factor: reduce ? state.factor * factor : state.factor,
          num_bad_epochs: reduce ? 0 : bad
        }
      },
      adopt: (saved) => {
        const now = { metric, mode }
        const before = { metric: saved.metric ?? metric, mode: saved.mode ?? mode }
        return isSame(before, now)
          ? { state: { ...saved, ...now }, warning: null }
          : {
              state: { ...saved, ...now, best: null, num_bad_epochs: 0 },
              warning: startsOver(t`the scheduler ${"plateau"}`, before, now)
            }
      }
    })
})
