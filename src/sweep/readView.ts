import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { join } from "node:path"
import { ticketsFile } from "../checkpointing/FileNames.js"
import * as FolderLock from "../io/FolderLock.js"
import { t } from "../language/Text.js"
import { follow, strategy } from "./conduct.js"
import type { Definition } from "./Definition.js"
import type { Recorded } from "./Ledger.js"
import * as Lines from "./Lines.js"
import { outcomesFile, readDefinition, revivedFile, trialFolder } from "./SweepFolder.js"
import type { SweepView } from "./SweepView.js"
import { Outcome, Revived, Ticket } from "./Ticket.js"
import { trainOn } from "./TrainOn.js"
import { viewOf } from "./viewOf.js"

/** A sweep as it was read, and how far its files are: for the next time. */
export interface ReadSweep {
  readonly definition: Definition
  readonly view: SweepView
  readonly tickets: Lines.Lines<Ticket>
  readonly outcomes: Lines.Lines<Outcome>
  /** Whether no ticket follows those that are recorded. */
  readonly isLast: boolean
}

/**
 * Reads the sweep in a folder; with what an earlier call gave, only what was added since. A line that
 * cannot be read is left out, and named. `claimed`: who works on which trial, by a database.
 */
export const readView = Effect.fn("Sweep.readView")(function* (
  folder: string,
  before: ReadSweep | null = null,
  claimed: ReadonlyMap<number, string> = new Map()
) {
  const definition = yield* readDefinition(folder)
  const tickets = yield* Lines.read(Ticket, join(folder, ticketsFile), before?.tickets)
  const outcomes = yield* Lines.read(Outcome, join(folder, outcomesFile), before?.outcomes)
  const revived = yield* Lines.read(Revived, join(folder, revivedFile))
  const recorded: Recorded = { tickets: tickets.values, outcomes: outcomes.values }
  const isRunning = Option.isSome(yield* FolderLock.holderOf(folder))
  const open = openTrials(recorded)
  const workers = new Map(claimed)
  for (const trial of open) {
    const holder = yield* FolderLock.holderOf(trialFolder(folder, trial))
    if (Option.isSome(holder)) workers.set(trial, `${holder.value.host}:${holder.value.pid}`)
  }
  const isSame =
    before !== null &&
    before.tickets.count === tickets.count &&
    before.outcomes.count === outcomes.count
  const isLast = isSame ? before.isLast : open.length === 0 && isAtEnd(definition, recorded)
  const problem = [[ticketsFile, tickets] as const, [outcomesFile, outcomes] as const].flatMap(
    ([file, { damaged }]) =>
      damaged === null
        ? []
        : [t`${join(folder, file)}: line ${damaged} cannot be read, and is left out`]
  )
  const view = viewOf(definition, recorded, {
    folder,
    isRunning: isRunning || workers.size > 0,
    isLast,
    workers,
    revived: new Map(revived.values.map(({ trial, values }) => [trial, values])),
    problem: problem.length === 0 ? null : problem.join("; ")
  })
  const best = view.trials.find(({ number }) => number === view.best)
  const further = best === undefined ? {} : yield* trainOn(definition, folder, best)
  const read: ReadSweep = {
    definition,
    view: { ...view, ...further },
    tickets,
    outcomes,
    isLast
  }
  return read
})

/** The trials with a ticket that has no outcome. */
const openTrials = ({ outcomes, tickets }: Recorded): ReadonlyArray<number> => {
  const done = new Set(outcomes.map(({ ticket }) => ticket))
  return [...new Set(tickets.flatMap(({ number, trial }) => (done.has(number) ? [] : [trial])))]
}

/** Whether nothing follows what is recorded. It is asked only when no ticket is open. */
const isAtEnd = (definition: Definition, recorded: Recorded): boolean => {
  const { isLast, tickets } = follow(strategy(definition), recorded)
  return isLast && tickets.length === 0
}
