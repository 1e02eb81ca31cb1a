import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JsonNumber } from "../../io/JsonNumber.js"
import { t } from "../../language/Text.js"
import { improves, isSame, Mode, startsOver } from "../Monitor.js"
import type { Scheduler } from "./Scheduler.js"
import { decodeValues } from "../Stateful.js"
import { LastEpoch } from "./ClosedForm.js"

const name = "plateau"

const State = Schema.Struct({
  name: Schema.Literal(name),
  /** What `best` is of; missing where an earlier release wrote the state. */
  metric: Schema.optionalWith(Schema.String, { exact: true }),
  mode: Schema.optionalWith(Mode, { exact: true }),
  last_epoch: Schema.NonNegativeInt,
  /** The product of all reductions so far. */
  factor: JsonNumber,
  best: Schema.NullOr(JsonNumber),
  num_bad_epochs: Schema.NonNegativeInt
})

/**
 * Multiplies the rate by `factor` when `metric` has not improved for more than `patience` epochs
 * (PyTorch's ReduceLROnPlateau with threshold 0). What is not finite is no improvement. Resumed with
 * another metric or mode, it keeps the rate and starts over with the rest.
 */
export const plateau = (
  base: number,
  config: {
    readonly metric: string
    readonly mode: "min" | "max"
    readonly factor: number
    readonly patience: number
    readonly min_learning_rate: number
  }
): Scheduler => {
  const { metric, mode } = config
  let state: typeof State.Type = {
    name,
    metric,
    mode,
    last_epoch: 0,
    factor: 1,
    best: null,
    num_bad_epochs: 0
  }
  return {
    name,
    monitor: metric,
    learningRate: () => Math.max(config.min_learning_rate, base * state.factor),
    step: (metrics) => {
      const value = metrics[metric] ?? Number.NaN
      const improved = improves(value, state.best, mode)
      const bad = improved ? 0 : state.num_bad_epochs + 1
      const reduce = bad > config.patience
      state = {
        name,
        metric,
        mode,
        last_epoch: state.last_epoch + 1,
        best: improved ? value : state.best,
        factor: reduce ? state.factor * config.factor : state.factor,
        num_bad_epochs: reduce ? 0 : bad
      }
    },
    stateDict: () => ({ tensors: {}, values: { ...Schema.encodeSync(State)(state) } }),
    loadStateDict: (saved) =>
      saved.values["name"] === name
        ? Effect.flatMap(decodeValues(t`the scheduler plateau`, State)(saved), (values) => {
            const before = { metric: values.metric ?? metric, mode: values.mode ?? mode }
            state = { ...values, metric, mode }
            if (isSame(before, config)) return Effect.void
            state = { ...state, best: null, num_bad_epochs: 0 }
            return Effect.logWarning(startsOver(t`the scheduler plateau`, before, config))
          })
        : Effect.map(decodeValues(t`the scheduler plateau`, LastEpoch)(saved), ({ last_epoch }) => {
            state = { ...state, last_epoch }
          })
  }
}
