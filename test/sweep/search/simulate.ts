import type { Given, Scheduler, Search } from "../../../src/sweep/search/Search.js"
import type { Sample } from "../../../src/sweep/space/Space.js"
import type { Outcome, Ticket } from "../../../src/sweep/Ticket.js"

/** A sweep that is simulated: what a trial measures after an epoch, instead of training. */
export interface Simulated extends Omit<Given, "tickets" | "outcomes"> {
  readonly search: Search
  readonly scheduler: Scheduler
  /** How many tickets may be open when the next one is chosen. */
  readonly parallel: number
  /** The metric after an epoch; null: the trial fails in it. Of a forked trial, by those it had before. */
  readonly value: (
    parameters: Sample,
    epoch: number,
    before: ReadonlyArray<Sample>
  ) => number | null
  /** Another outcome in place of one, for the decisions that follow. */
  readonly change?: (outcome: Outcome) => Outcome
}

/** The tickets and outcomes of a sweep, by the rule by which every sweep has them. */
export const simulate = ({
  change = (outcome) => outcome,
  parallel,
  scheduler,
  search,
  value,
  ...sweep
}: Simulated) => {
  const tickets: Array<Ticket> = []
  const outcomes: Array<Outcome> = []
  /** How many outcomes the decision about each ticket has seen. */
  const seen: Array<number> = []
  /** The parameters that a trial has had in each of its epochs. */
  const past = new Map<number, Array<Sample>>()
  const complete = () => {
    const ticket = tickets[outcomes.length]!
    const before = outcomes.findLast(({ ticket: n }) => tickets[n]!.trial === ticket.trial)
    const values = [...(before?.values ?? [])]
    const own =
      past.get(ticket.trial) ??
      (ticket.fork ? past.get(ticket.fork.trial)!.slice(0, ticket.fork.epoch) : [])
    past.set(ticket.trial, own)
    let status: Outcome["status"] = "completed"
    while (own.length < ticket.until && status === "completed") {
      const measured = value(ticket.parameters, own.length + 1, own)
      if (measured === null) status = "failed"
      else values.push({ epoch: own.push(ticket.parameters), value: measured })
    }
    outcomes.push(change({ ticket: ticket.number, status, values }))
  }
  for (;;) {
    let next = undefined
    for (let c = Math.max(0, tickets.length - parallel + 1); c <= tickets.length; c++) {
      while (outcomes.length < c) complete()
      next = scheduler.next({ ...sweep, tickets, outcomes: outcomes.slice(0, c) }, search)
      if (next._tag !== "Wait") {
        seen.push(c)
        break
      }
    }
    if (next === undefined || next._tag === "Wait") throw new Error("waits for nothing")
    if (next._tag === "Done") break
    tickets.push({ number: tickets.length, ...next.ticket })
  }
  while (outcomes.length < tickets.length) complete()
  return { tickets, outcomes, seen }
}

/** The best value of a simulated sweep, and how many epochs it has trained. */
export const result = ({ outcomes, tickets }: ReturnType<typeof simulate>, mode: "min" | "max") => {
  const values = outcomes.flatMap(({ values }) => values.map(({ value }) => value))
  const last = new Map(
    outcomes.map(({ ticket, values }) => [tickets[ticket]!.trial, values.length])
  )
  return {
    best: mode === "min" ? Math.min(...values) : Math.max(...values),
    epochs: [...last.values()].reduce((sum, n) => sum + n, 0)
  }
}
