import type * as Schema from "effect/Schema"
import { t } from "../language/Text.js"
import type * as Choice from "../config/Choice.js"
import { searches } from "./search/BuiltIn.js"
import * as DefineSearch from "./search/DefineSearch.js"
import type { Search } from "./search/Search.js"

export { grid } from "./search/GridSearch.js"
export { random, randomSample } from "./search/RandomSearch.js"
export { sobol } from "./search/SobolSearch.js"
export { tpe } from "./search/Tpe.js"
export { bestLoss, suggested, trialsOf, type Trial } from "./search/Trials.js"
export type { Given, Problem, Search } from "./search/Search.js"

/**
 * Defines a custom search algorithm: its name and fields, and `suggest`, which chooses the parameters of
 * a trial. `suggest` must be pure: draw from `Random.generator(Random.make(given.seed), "sweep", …)` alone, and know
 * nothing but what it is given. Only then does a sweep resume exactly. Throws where the name is a built-in one's.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config } from "holdfast"
 * import { SearchAlgorithm, Space, Sweep } from "holdfast/sweep"
 *
 * // Half of the trials at random, the others near the best so far.
 * const local = SearchAlgorithm.define("local", {
 *   description: "Random trials, and others near the best.",
 *   fields: { width: Config.field(Schema.Number, 0.1, "How far from the best, of a range.") },
 *   make: ({ width }) => ({
 *     suggest: (given, trial) => {
 *       const random = SearchAlgorithm.randomSample(given.seed, given.space, trial)
 *       const trials = SearchAlgorithm.trialsOf(given)
 *       const losses = trials.map(({ outcome }) =>
 *         outcome === undefined ? Infinity : SearchAlgorithm.bestLoss(outcome, given.mode)
 *       )
 *       const best = trials[losses.indexOf(Math.min(...losses))]
 *       if (best === undefined || trial % 2 === 0) return random
 *       const from = Space.unitsOf(given.space, best.parameters)
 *       const to = Space.unitsOf(given.space, random)
 *       return Space.sampleAt(given.space, (_, i) => from[i]! + width * (to[i]! - from[i]!))
 *     }
 *   })
 * })
 *
 * export default Sweep.make({
 *   name: "local-search",
 *   pipeline: "pipeline.ts",
 *   space: { "training.learning_rate": Space.logUniform(1e-4, 1e-1) },
 *   search: local.make({ width: 0.2 }),
 *   trials: 40
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Omit<Search, "name" | "fields">>
) => {
  if (searches.some((one) => one.name === name)) {
    throw new Error(t`${name} is built in; give the custom one another name`)
  }
  return DefineSearch.define(name, definition)
}
