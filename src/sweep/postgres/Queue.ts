import type * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { Database } from "./Database.js"
import type { DatabaseError } from "./DatabaseError.js"

const year = 365 * 24 * 3600

/**
 * The queue of a sweep. Tickets stay in it until they are done: pg-boss neither gives up, nor expires
 * nor deletes one. Claims that nobody renews are found by workers, see ExpiredClaims.ts.
 */
const options = {
  // One active job of a key: a trial has one folder, and its tickets one order.
  policy: "singleton",
  retryLimit: 2 ** 31 - 1,
  retryDelay: 0,
  expireInSeconds: 24 * 3600,
  retentionSeconds: 10 * year,
  deleteAfterSeconds: 0
}

/** The name of a sweep's queue: pg-boss allows only some characters, and a sweep any. */
export const nameOf = (sweep: string): string =>
  `sweep-${createHash("sha256").update(sweep).digest("hex").slice(0, 24)}`

/** Makes the queue of a sweep where it is missing. */
export const make = (database: Database, sweep: string): Effect.Effect<void, DatabaseError> =>
  database.attempt((boss) => boss.createQueue(nameOf(sweep), options))
