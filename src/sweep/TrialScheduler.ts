import type * as Schema from "effect/Schema"
import type * as Choice from "../config/Choice.js"
import { t } from "../language/Text.js"
import { schedulers } from "./search/BuiltIn.js"
import { defineScheduler } from "./search/DefineSearch.js"
import type { Scheduler } from "./search/Search.js"

export { asha } from "./search/Asha.js"
export { none } from "./search/NoScheduler.js"
export { pbt } from "./search/PopulationBased.js"
export type { Next, Scheduler } from "./search/Search.js"

/**
 * Defines a custom scheduler, as `SearchAlgorithm.define` does a search algorithm: `next` decides which
 * trial is trained next and how far, by what it is given alone. It says `Wait` where it needs more outcomes, never
 * once those of all tickets are given, and `Done` at the end.
 *
 * @example
 * ```ts
 * import { SearchAlgorithm, TrialScheduler } from "holdfast/sweep"
 *
 * // Trains all trials for one epoch, then the best to its end.
 * export const onlyBest = TrialScheduler.define("only_best", {
 *   description: "All trials for an epoch, the best to its end.",
 *   fields: {},
 *   make: () => ({
 *     rungs: ({ epochs }) => [1, epochs],
 *     next: (given, search) => {
 *       const trial = SearchAlgorithm.suggested(given.tickets)
 *       const parameters = trial < given.trials ? search.suggest(given, trial) : null
 *       if (parameters !== null) return { _tag: "Train", ticket: { trial, parameters, until: 1 } }
 *       if (given.outcomes.length < given.tickets.length) return { _tag: "Wait" }
 *       const trials = SearchAlgorithm.trialsOf(given)
 *       const losses = trials.map((one) => SearchAlgorithm.bestLoss(one.outcome!, given.mode))
 *       const best = trials[losses.indexOf(Math.min(...losses))]
 *       return best === undefined || trials.some(({ until }) => until > 1)
 *         ? { _tag: "Done" }
 *         : { _tag: "Train", ticket: { trial: best.number, parameters: best.parameters, until: given.epochs } }
 *     }
 *   })
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Omit<Scheduler, "name" | "fields">>
) => {
  if (schedulers.some((one) => one.name === name)) {
    throw new Error(t`${name} is built in; give the custom one another name`)
  }
  return defineScheduler(name, definition)
}
