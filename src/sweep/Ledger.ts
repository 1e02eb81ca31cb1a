import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import type { DatabaseError } from "./postgres/DatabaseError.js"
import type { SweepError } from "./SweepError.js"
import type { Outcome, Ticket } from "./Ticket.js"

/** A ticket that a worker has, and the token without which its outcome does not count. */
export interface Claim {
  readonly ticket: Ticket
  readonly token: string
  /** Whether another host had it, and no longer renews: its lock of the trial can be taken over at once. */
  readonly isTakenOver?: boolean
}

/** The ledger, or what belongs to it in a bucket, cannot be read or written. */
export type LedgerError = SweepError | DatabaseError | CheckpointError

/** What is recorded of a sweep: its tickets so far, and the outcomes of some of them. */
export interface Recorded {
  readonly tickets: ReadonlyArray<Ticket>
  readonly outcomes: ReadonlyArray<Outcome>
}

/**
 * Where a sweep's tickets and outcomes are recorded, and who works on what: in files for the workers of
 * one machine, in a database for those of several. All of it can be done twice: the same ticket or outcome
 * again changes nothing.
 */
export class Ledger extends Context.Tag("holdfast/Ledger")<
  Ledger,
  {
    /** Everything recorded. */
    readonly recorded: Effect.Effect<Recorded, LedgerError>
    /** Records tickets, which follow from those and the outcomes that are recorded. */
    readonly issue: (tickets: ReadonlyArray<Ticket>) => Effect.Effect<void, LedgerError>
    /** The first ticket that is neither done nor claimed; none where there is none at present. */
    readonly claim: (worker: string) => Effect.Effect<Option.Option<Claim>, LedgerError>
    /** Keeps a claim; false where another has it by now, so that the work must end. */
    readonly renew: (claim: Claim) => Effect.Effect<boolean, LedgerError>
    /** Gives a claim back, undone: whoever has it next resumes. */
    readonly release: (claim: Claim) => Effect.Effect<void, LedgerError>
    /** Records how a ticket ended; false where the claim is another's by now, and nothing is recorded. */
    readonly complete: (claim: Claim, outcome: Outcome) => Effect.Effect<boolean, LedgerError>
  }
>() {}
