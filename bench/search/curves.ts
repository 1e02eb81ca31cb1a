import type { Search } from "../../src/sweep/search/Search.js"
import type { Outcome, Ticket } from "../../src/sweep/Ticket.js"
import type { Problem } from "./functions.js"

/**
 * The best value so far after each trial of a search, of which `parallel` are open when the next one is
 * chosen: the rule of sweeps, for trials of one epoch.
 */
export const curve = (
  problem: Problem,
  search: Search,
  {
    parallel = 1,
    seed,
    trials
  }: { readonly parallel?: number; readonly seed: number; readonly trials: number }
): ReadonlyArray<number> => {
  const tickets: Array<Ticket> = []
  const outcomes: Array<Outcome> = []
  for (let n = 0; n < trials; n++) {
    const parameters = search.suggest(
      {
        seed,
        mode: "min",
        space: problem.space,
        trials,
        epochs: 1,
        tickets,
        outcomes: outcomes.slice(0, Math.max(0, n - parallel + 1))
      },
      n
    )!
    tickets.push({ number: n, trial: n, parameters, until: 1 })
    const values = [{ epoch: 1, value: problem.value(parameters) }]
    outcomes.push({ ticket: n, status: "completed", values })
  }
  let best = Infinity
  return outcomes.map(({ values }) => (best = Math.min(best, values[0]!.value)))
}
