import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import type { Scheduler } from "./Scheduler.js"
import { decodeValues } from "../Stateful.js"
import type { Formula } from "./Formulas.js"

/** A scheduler whose rate is a formula of the epoch, so that its state is the epoch alone. */
export const closedForm = (
  name: string,
  formula: Formula,
  { isConstant = false } = {}
): Scheduler => {
  let last_epoch = 0
  return {
    name,
    isConstant,
    monitor: null,
    learningRate: () => formula(last_epoch),
    step: () => {
      last_epoch += 1
    },
    stateDict: () => ({ tensors: {}, values: { name, last_epoch } }),
    loadStateDict: (state) =>
      Effect.map(decodeValues(t`the scheduler ${name}`, LastEpoch)(state), (values) => {
        last_epoch = values.last_epoch
      })
  }
}

/** What any scheduler can take over from any other. */
export const LastEpoch = Schema.Struct({ last_epoch: Schema.NonNegativeInt })
