import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { join } from "node:path"
import { ticketsFile } from "../../checkpointing/FileNames.js"
import * as AtomicFile from "../../io/AtomicFile.js"
import type { Recorded } from "../Ledger.js"
import * as Lines from "../Lines.js"
import { outcomesFile } from "../SweepFolder.js"
import { Outcome, Ticket } from "../Ticket.js"
import type { OpenSweep } from "./OpenSweep.js"

const isSame = (a: Recorded, b: Recorded): boolean =>
  a.tickets.length === b.tickets.length && a.outcomes.length === b.outcomes.length

/**
 * Copies the records of a sweep from the database into its folder, as a sweep without a database has them:
 * for pages and reports, and to continue without one. Again where more was recorded meanwhile, since of two
 * that write at once the later may know less.
 */
export const write = ({ ledger, stored }: OpenSweep): Effect.Effect<void, never, FileSystem> =>
  Effect.gen(function* () {
    let known: Recorded
    let now = yield* ledger.recorded
    do {
      known = now
      const { outcomes, tickets } = known
      yield* AtomicFile.writeFile(join(stored.folder, ticketsFile), Lines.textOf(Ticket, tickets))
      yield* AtomicFile.writeFile(
        join(stored.folder, outcomesFile),
        Lines.textOf(Outcome, outcomes)
      )
      now = yield* ledger.recorded
    } while (!isSame(known, now))
  }).pipe(
    // The database may be away just then; status --database writes the copy, too.
    Effect.retry(Schedule.intersect(Schedule.spaced(1000), Schedule.recurs(60))),
    Effect.ignore
  )
