import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.js"
import type { DatabaseError } from "./DatabaseError.js"
import * as Queue from "./Queue.js"

/** A claim as it is in the database. */
export interface ClaimRow {
  readonly sweep: string
  readonly number: number
  readonly job: string
  readonly attempt: number
  readonly renewals: string
  /** Milliseconds without a renewal after which it is taken over. */
  readonly timeout: number
}

/** How long each claim has been seen without a renewal, in milliseconds. */
export type Silence = ReadonlyMap<string, number>

const keyOf = ({ attempt, job, renewals }: ClaimRow): string => `${job}/${attempt}/${renewals}`

/** How much of a timeout counts between two looks: nobody could renew while the database was away. */
const mostOfTimeout = 1 / 4

/**
 * Adds the time since the last look to the claims that were not renewed since. By the clock of the one who
 * looks, so that no clock has to agree with another, or may not be set. A long time in which nobody looked,
 * or could, is hardly held against a worker; and who looks rarely, on a busy machine, takes over in the end.
 */
export const observe = (
  before: Silence,
  claims: ReadonlyArray<ClaimRow>,
  elapsed: number
): Silence =>
  new Map(
    claims.map((claim) => {
      const silent = before.get(keyOf(claim))
      const passed = Math.min(elapsed, claim.timeout * mostOfTimeout)
      return [keyOf(claim), silent === undefined ? 0 : silent + passed]
    })
  )

/** The claims that may be taken over. */
export const expired = (
  silence: Silence,
  claims: ReadonlyArray<ClaimRow>
): ReadonlyArray<ClaimRow> =>
  claims.filter((claim) => (silence.get(keyOf(claim)) ?? 0) >= claim.timeout)

const columns = `sweep, number, job, attempt, renewals::text, timeout`

/** Gives a ticket to whoever comes first, unless its claim was renewed meanwhile. */
const free = (database: Database, claim: ClaimRow): Effect.Effect<void, DatabaseError> =>
  database.transaction(async (sql) => {
    const { attempt, job, number, renewals, sweep } = claim
    const { rows } = await sql.executeSql(
      `delete from holdfast.claim
       where sweep = $1 and number = $2 and job = $3 and attempt = $4 and renewals = $5 returning number`,
      [sweep, number, job, attempt, renewals]
    )
    if (rows.length === 0) return
    await sql.executeSql(
      "update holdfast.ticket set is_taken_over = true where sweep = $1 and number = $2",
      [sweep, number]
    )
    const reason = { reason: "not renewed" }
    const attempted = { id: job, retryCount: attempt }
    await database.boss.fail(Queue.nameOf(sweep), attempted, reason, { db: sql })
  })

// Between two looks.
const every = 500

/** Watches the claims of all sweeps for as long as it runs, and frees the tickets of those that expire. */
export const watch = (database: Database): Effect.Effect<never> =>
  Effect.gen(function* () {
    let silence: Silence = new Map()
    let at = yield* Clock.currentTimeNanos
    const look = Effect.gen(function* () {
      const claims = yield* database.query(`select ${columns} from holdfast.claim`)
      const now = yield* Clock.currentTimeNanos
      const rows = claims as ReadonlyArray<unknown> as ReadonlyArray<ClaimRow>
      silence = observe(silence, rows, Number(now - at) / 1e6)
      at = now
      yield* Effect.forEach(expired(silence, rows), (claim) => free(database, claim), {
        discard: true
      })
    })
    // An error may be over by the next time.
    return yield* Effect.forever(Effect.delay(Effect.ignore(look), every))
  })
