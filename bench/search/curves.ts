import { none } from "../../src/sweep/search/NoScheduler.js"
import type { Search } from "../../src/sweep/search/Search.js"
import { simulate } from "../../test/sweep/search/simulate.js"
import type { Problem } from "./functions.js"

/** The best value so far after each trial of a search, for trials of one epoch. */
export const curve = (
  { space, value }: Problem,
  search: Search,
  {
    parallel = 1,
    seed,
    trials
  }: { readonly parallel?: number; readonly seed: number; readonly trials: number }
): ReadonlyArray<number> => {
  const scheduler = none.make()
  const sweep = {
    seed,
    mode: "min",
    space,
    trials,
    epochs: 1,
    parallel,
    search,
    scheduler
  } as const
  let best = Infinity
  return simulate({ ...sweep, value: (sample) => value(sample) }).outcomes.map(
    ({ values }) => (best = Math.min(best, values[0]!.value))
  )
}
