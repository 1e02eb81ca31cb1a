import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { ticketsFile } from "../checkpointing/FileNames.js"
import * as FolderLock from "../io/FolderLock.js"
import type { Claim, Ledger } from "./Ledger.js"
import * as Lines from "./Lines.js"
import { outcomesFile } from "./SweepFolder.js"
import { Outcome, Ticket } from "./Ticket.js"

/** The ledger of a sweep in files, and until when this process has it to itself. */
export interface FileLedger {
  readonly ledger: Ledger["Type"]
  /** Waits until another process has the sweep. */
  readonly lost: Effect.Effect<FolderLock.LockedError>
}

/**
 * Opens the ledger in the folder of a sweep, until the scope closes. One process has it at a time, so who
 * works on what is only in its memory, and forgotten with it.
 */
export const open = Effect.fn("FileLedger.open")(function* (
  folder: string,
  options: { readonly force: boolean }
) {
  const lock = yield* FolderLock.acquire(folder, options)
  const paths = { tickets: join(folder, ticketsFile), outcomes: join(folder, outcomesFile) }
  const reading = <A, I>(schema: Parameters<typeof Lines.read<A, I>>[0], path: string) =>
    Effect.flatMap(Lines.read(schema, path), (lines) => Lines.intact(path, lines))
  let tickets = yield* reading(Ticket, paths.tickets)
  let outcomes = yield* reading(Outcome, paths.outcomes)
  const claims = new Map<number, string>()
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  const isDone = (ticket: number) => outcomes.values.some((outcome) => outcome.ticket === ticket)
  const isOwn = ({ ticket, token }: Claim) => claims.get(ticket.number) === token

  const ledger: Ledger["Type"] = {
    recorded: Effect.sync(() => ({ tickets: tickets.values, outcomes: outcomes.values })),
    issue: (all) =>
      oneAtATime(
        Effect.suspend(() => {
          const fresh = all.filter(({ number }) => number >= tickets.values.length)
          return fresh.length === 0
            ? Effect.void
            : Effect.map(Lines.append(Ticket, paths.tickets, fresh, tickets), (lines) => {
                tickets = lines
              })
        })
      ),
    claim: () =>
      Effect.sync(() => {
        const ticket = tickets.values.find(
          ({ number, trial }) =>
            !isDone(number) &&
            !claims.has(number) &&
            // A trial has one folder, and its tickets one order.
            !tickets.values.some((other) => other.trial === trial && claims.has(other.number))
        )
        if (ticket === undefined) return Option.none()
        const token = randomUUID()
        claims.set(ticket.number, token)
        return Option.some({ ticket, token })
      }),
    renew: (claim) => Effect.sync(() => isOwn(claim)),
    release: (claim) =>
      Effect.sync(() => {
        if (isOwn(claim)) claims.delete(claim.ticket.number)
      }),
    complete: (claim, outcome) =>
      oneAtATime(
        Effect.suspend(() => {
          if (!isOwn(claim) || isDone(outcome.ticket)) return Effect.succeed(false)
          return Effect.map(Lines.append(Outcome, paths.outcomes, [outcome], outcomes), (lines) => {
            outcomes = lines
            claims.delete(claim.ticket.number)
            return true
          })
        })
      )
  }
  const opened: FileLedger = { ledger, lost: lock.lost }
  return opened
})
