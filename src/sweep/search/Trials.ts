import type { Sample } from "../space/Space.js"
import type { Outcome, Ticket } from "../Ticket.js"
import type { Given } from "./Search.js"

/** A trial by what is known of it: its tickets so far, and the last of their outcomes. */
export interface Trial {
  readonly number: number
  readonly parameters: Sample
  /** The epochs that its last ticket asks for. */
  readonly until: number
  /** The epochs of its last ticket with an outcome; 0 where there is none. */
  readonly finished: number
  readonly outcome?: Outcome
}

/** The trials of the tickets, in the order of their first ones. */
export const trialsOf = ({
  outcomes,
  tickets
}: Pick<Given, "tickets" | "outcomes">): ReadonlyArray<Trial> => {
  const trials = new Map<number, Trial>()
  tickets.forEach((ticket, i) => {
    const before = trials.get(ticket.trial)
    const outcome = outcomes[i]
    trials.set(ticket.trial, {
      finished: 0,
      ...before,
      ...(outcome && { outcome, finished: ticket.until }),
      number: ticket.trial,
      parameters: ticket.parameters,
      until: ticket.until
    })
  })
  return [...trials.values()]
}

/** How many trials are not forks of others: those whose parameters the search has chosen. */
export const suggested = (tickets: ReadonlyArray<Ticket>): number =>
  tickets.reduce((n, { fork, trial }) => (fork === undefined ? Math.max(n, trial + 1) : n), 0)

/** A value as a loss: less is better; what is not finite is Infinity. */
export const lossOf = (value: number, mode: Given["mode"]): number =>
  Number.isFinite(value) ? (mode === "min" ? value : -value) : Infinity

/** The best loss of an outcome up to an epoch; Infinity where it has failed. */
export const bestLoss = (outcome: Outcome, mode: Given["mode"], until = Infinity): number => {
  let best = Infinity
  if (outcome.status === "failed") return best
  for (const { epoch, value } of outcome.values) {
    if (epoch <= until) best = Math.min(best, lossOf(value, mode))
  }
  return best
}

/** The field of a config that says how many epochs a trial has. */
export const epochsPath = "training.num_epochs"

/** The epochs of a trial that is trained to its end. */
export const epochsOf = (given: Pick<Given, "epochs">, parameters: Sample): number => {
  const own = parameters[epochsPath]
  return typeof own === "number" ? own : given.epochs
}
