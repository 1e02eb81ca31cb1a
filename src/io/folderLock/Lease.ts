import * as Context from "effect/Context"

/** How a lock shows, to those who cannot look at its process, that its owner lives. */
export interface LeaseTerms {
  /** Milliseconds between two renewals. */
  readonly every: number
  /** Milliseconds without one after which another process may take the lock over. */
  readonly timeout: number
}

/**
 * The terms of the locks that this process takes. The time-out is that of six renewals, since a
 * busy machine or a network file system may hold up a few.
 */
export class Lease extends Context.Reference<Lease>()("holdfast/Lease", {
  defaultValue: (): LeaseTerms => ({ every: 5000, timeout: 30_000 })
}) {}
