import { givenOf, strategyOf, type Definition } from "./Definition.js"
import type { Recorded } from "./Ledger.js"
import type { Given, Next, Scheduler, Search } from "./search/Search.js"
import type { Outcome, Ticket } from "./Ticket.js"

/** What follows what is recorded of a sweep. */
export interface Following {
  /** The tickets that can be issued now. */
  readonly tickets: ReadonlyArray<Ticket>
  /** Whether none will follow them. */
  readonly isLast: boolean
}

/** What decides about tickets, of a definition or made for a test. */
export interface Strategy {
  readonly given: Omit<Given, "tickets" | "outcomes">
  readonly search: Search
  readonly scheduler: Scheduler
  readonly parallel: number
}

export const strategy = (definition: Definition): Strategy => ({
  ...strategyOf(definition),
  given: givenOf(definition),
  parallel: definition.parallel
})

/**
 * The tickets that follow: a pure function of what is recorded, and the same whatever the order in which
 * outcomes came, and whoever asks. Ticket t follows from the tickets before it and the outcomes of the
 * first t - parallel + 1 of them, or of the fewest more with which the scheduler does not wait. Outcomes
 * beyond those are not looked at, though they may be known.
 */
export const follow = (
  { given, parallel, scheduler, search }: Strategy,
  recorded: Recorded
): Following => {
  const known = prefix(recorded)
  const tickets: Array<Ticket> = [...recorded.tickets]
  const before = tickets.length
  for (;;) {
    const next = decide(tickets, known, parallel, (outcomes) =>
      scheduler.next({ ...given, tickets, outcomes }, search)
    )
    if (next._tag === "Train") tickets.push({ number: tickets.length, ...next.ticket })
    else return { tickets: tickets.slice(before), isLast: next._tag === "Done" }
  }
}

/** The outcomes of the first tickets, in the order of the tickets, up to the first that is unknown. */
const prefix = ({ outcomes, tickets }: Recorded): ReadonlyArray<Outcome> => {
  const byTicket = new Map(outcomes.map((outcome) => [outcome.ticket, outcome]))
  const end = tickets.findIndex(({ number }) => !byTicket.has(number))
  return tickets.slice(0, end < 0 ? tickets.length : end).map(({ number }) => byTicket.get(number)!)
}

/** What is next by the fewest outcomes that decide it; to wait, where they are not known yet. */
const decide = (
  tickets: ReadonlyArray<Ticket>,
  known: ReadonlyArray<Outcome>,
  parallel: number,
  ask: (outcomes: ReadonlyArray<Outcome>) => Next
): Next => {
  for (let c = Math.max(0, tickets.length - parallel + 1); c <= known.length; c++) {
    const next = ask(known.slice(0, c))
    if (next._tag !== "Wait") return next
  }
  return { _tag: "Wait" }
}

/** Whether all is done: no ticket follows, and each has its outcome. */
export const isFinished = ({ isLast, tickets }: Following, recorded: Recorded): boolean =>
  isLast && tickets.length === 0 && recorded.outcomes.length >= recorded.tickets.length
