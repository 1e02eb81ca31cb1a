import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { follow, isFinished, type Strategy } from "../../src/sweep/conduct.js"
import { asha } from "../../src/sweep/search/Asha.js"
import { none } from "../../src/sweep/search/NoScheduler.js"
import { pbt } from "../../src/sweep/search/PopulationBased.js"
import { random } from "../../src/sweep/search/RandomSearch.js"
import { tpe } from "../../src/sweep/search/Tpe.js"
import * as Space from "../../src/sweep/space/Space.js"
import type { Outcome, Ticket } from "../../src/sweep/Ticket.js"
import { simulate } from "./search/simulate.js"

const sweeps = fc.record({
  seed: fc.integer({ min: 0, max: 100 }),
  trials: fc.integer({ min: 1, max: 8 }),
  epochs: fc.integer({ min: 1, max: 6 }),
  parallel: fc.integer({ min: 1, max: 4 }),
  search: fc.constantFrom(random.make(), tpe.make()),
  scheduler: fc.constantFrom(none.make(), asha.make(), pbt.make({ interval: 2 }))
})

const space = { rate: Space.logUniform(1e-4, 1), units: Space.int(1, 64) }

const value = (parameters: Space.Sample, epoch: number): number | null => {
  const { rate, units } = parameters as { readonly rate: number; readonly units: number }
  return units === 13 ? null : (Math.log(rate) + 3) ** 2 + units / (10 * epoch)
}

/** A sweep of which any of `workers` open tickets ends next, and which forgets all but its records. */
const disturbed = (
  strategy: Strategy,
  outcomeOf: (ticket: Ticket) => Outcome,
  workers: number,
  choose: (n: number) => number
) => {
  const tickets: Array<Ticket> = []
  const outcomes: Array<Outcome> = []
  for (let turns = 0; turns < 10_000; turns++) {
    // As a kill between the two may leave it, tickets are issued one by one.
    const following = follow(strategy, { tickets, outcomes })
    tickets.push(...following.tickets.slice(0, 1))
    if (isFinished(following, { tickets, outcomes })) return { tickets, outcomes }
    const done = new Set(outcomes.map(({ ticket }) => ticket))
    const open = tickets.filter(({ number }) => !done.has(number)).slice(0, workers)
    const isBusy = following.tickets.length === 0 || choose(2) === 1
    const ended = open[choose(open.length)]
    if (isBusy && ended !== undefined) outcomes.push(outcomeOf(ended))
  }
  throw new Error("it never ends")
}

describe("follow", () => {
  it("gives the same tickets whatever order outcomes come in, by any number of workers", () => {
    fc.assert(
      fc.property(
        sweeps,
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.nat(1000)),
        ({ parallel, scheduler, search, ...sweep }, workers, numbers) => {
          const given = { ...sweep, mode: "min" as const, space }
          const expected = simulate({ ...given, parallel, search, scheduler, value })
          const choose = (n: number) => numbers.next().value % Math.max(1, n)
          const found = disturbed(
            { given, search, scheduler, parallel },
            ({ number }) => expected.outcomes[number]!,
            workers,
            choose
          )
          expect(found.tickets).toEqual(expected.tickets)
          expect([...found.outcomes].sort((one, other) => one.ticket - other.ticket)).toEqual(
            expected.outcomes
          )
        }
      ),
      { numRuns: 60, seed: 1 }
    )
  })

  it("opens no more tickets than parallel", () => {
    const given = { seed: 1, mode: "min" as const, space, trials: 9, epochs: 1 }
    const strategy = { given, search: random.make(), scheduler: none.make(), parallel: 3 }
    const first = follow(strategy, { tickets: [], outcomes: [] })
    expect(first.tickets.map(({ number }) => number)).toEqual([0, 1, 2])
    expect(first.isLast).toBe(false)
    const outcome: Outcome = { ticket: 2, status: "completed", values: [{ epoch: 1, value: 1 }] }
    expect(follow(strategy, { ...first, outcomes: [outcome] }).tickets).toEqual([])
  })
})
