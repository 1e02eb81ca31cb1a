import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isFinished, type Following } from "../conduct.js"
import type { Claim, Ledger, Recorded } from "../Ledger.js"
import { Outcome, Ticket } from "../Ticket.js"
import type { Attempt, Database, Row, Sql } from "./Database.js"
import type { DatabaseError } from "./DatabaseError.js"
import * as Queue from "./Queue.js"

const ticketText = Schema.parseJson(Ticket)
const outcomeText = Schema.parseJson(Outcome)

/** Which sweep a ledger is of, and what it needs to know of it. */
export interface Options {
  readonly name: string
  /** What follows: `complete` issues it with the outcome, or neither happens. */
  readonly follow: (recorded: Recorded) => Following
  /** Milliseconds without a renewal after which others take a claim over. */
  readonly timeout: number
}

/** The fencing token: the job, and the attempt at it. Nobody else is ever given the same. */
const tokenOf = ({ id, retryCount }: Attempt): string => `${id}/${retryCount}`

const attemptOf = ({ token }: Claim): Attempt => {
  const [id = "", retryCount] = token.split("/")
  return { id, retryCount: Number(retryCount) }
}

const decode = <A>(schema: Schema.Schema<A, string>, rows: ReadonlyArray<Row>, column: string) =>
  rows.map((row) => Schema.decodeUnknownSync(schema)(row[column]))

const recordedIn = async (sql: Sql, name: string): Promise<Recorded> => {
  const tickets = await sql.executeSql(
    "select ticket from holdfast.ticket where sweep = $1 order by number",
    [name]
  )
  const outcomes = await sql.executeSql(
    "select outcome from holdfast.outcome where sweep = $1 order by number",
    [name]
  )
  return {
    tickets: decode(ticketText, tickets.rows, "ticket"),
    outcomes: decode(outcomeText, outcomes.rows, "outcome")
  }
}

/** Records tickets that are not there yet, each with its job unless it is done. */
const issueIn = async (
  { boss }: Database,
  sql: Sql,
  name: string,
  tickets: ReadonlyArray<Ticket>,
  done: ReadonlySet<number> = new Set()
): Promise<void> => {
  const jobs: Array<object> = []
  for (const ticket of tickets) {
    const { number, trial } = ticket
    const { rows } = await sql.executeSql(
      "insert into holdfast.ticket (sweep, number, ticket) values ($1, $2, $3) on conflict do nothing returning number",
      [name, number, Schema.encodeSync(ticketText)(ticket)]
    )
    // The first tickets first.
    const job = { data: { number }, priority: -number, singletonKey: `${trial}` }
    if (rows.length > 0 && !done.has(number)) jobs.push(job)
  }
  if (jobs.length > 0) await boss.insert(Queue.nameOf(name), jobs, { db: sql })
}

/** Waits until no other changes the sweep, until the end of the transaction. */
const alone = (sql: Sql, name: string) =>
  sql.executeSql("select from holdfast.sweep where name = $1 for update", [name])

const recordOutcome = (sql: Sql, name: string, outcome: Outcome, { id, retryCount }: Attempt) =>
  sql.executeSql(
    "insert into holdfast.outcome (sweep, number, outcome, job, attempt) values ($1, $2, $3, $4, $5)",
    [name, outcome.ticket, Schema.encodeSync(outcomeText)(outcome), id, retryCount]
  )

// Of outcomes that were recorded elsewhere.
const noAttempt: Attempt = { id: "00000000-0000-0000-0000-000000000000", retryCount: 0 }

/** Records what was recorded elsewhere, in a sweep without tickets. */
export const adopt = (
  database: Database,
  name: string,
  { outcomes, tickets }: Recorded
): Effect.Effect<void, DatabaseError> =>
  database.transaction(async (sql) => {
    await alone(sql, name)
    const { rows } = await sql.executeSql("select from holdfast.ticket where sweep = $1 limit 1", [
      name
    ])
    if (rows.length > 0) return
    const done = new Set(outcomes.map(({ ticket }) => ticket))
    await issueIn(database, sql, name, tickets, done)
    for (const outcome of outcomes) await recordOutcome(sql, name, outcome, noAttempt)
  })

/** Who works on which trial of a sweep. */
export const workersOf = (
  database: Database,
  name: string
): Effect.Effect<ReadonlyMap<number, string>, DatabaseError> =>
  Effect.map(
    database.query(
      "select ticket, worker from holdfast.claim join holdfast.ticket using (sweep, number) where sweep = $1",
      [name]
    ),
    (rows) =>
      new Map(
        decode(ticketText, rows, "ticket").map(({ trial }, i) => [
          trial,
          String(rows[i]!["worker"])
        ])
      )
  )

/** The ledger of one sweep in a database: its tickets are jobs of a queue of its own. */
export const make = (database: Database, { follow, name, timeout }: Options): Ledger["Type"] => {
  const { boss } = database
  const queue = Queue.nameOf(name)

  const issue = (tickets: ReadonlyArray<Ticket>) =>
    database.transaction(async (sql) => {
      await alone(sql, name)
      await issueIn(database, sql, name, tickets)
    })

  const claim = (worker: string): Effect.Effect<Option.Option<Claim>, DatabaseError> =>
    database.transaction(async (sql) => {
      const { rows: running } = await sql.executeSql(
        "select from holdfast.sweep where name = $1 and state = 'running'",
        [name]
      )
      if (running.length === 0) return Option.none()
      const [job] = await boss.fetch(queue, { db: sql, batchSize: 1, ignoreStartAfter: true })
      if (job === undefined) return Option.none()
      const { number } = job.data as { readonly number: number }
      const { rows } = await sql.executeSql(
        "select ticket, is_taken_over from holdfast.ticket where sweep = $1 and number = $2",
        [name, number]
      )
      await sql.executeSql(
        "insert into holdfast.claim (sweep, number, job, attempt, worker, timeout) values ($1, $2, $3, $4, $5, $6)",
        [name, number, job.id, job.retryCount, worker, timeout]
      )
      const [ticket] = decode(ticketText, rows, "ticket")
      const isTakenOver = rows[0]!["is_taken_over"] === true
      return Option.some({ ticket: ticket!, token: tokenOf(job), isTakenOver })
    })

  const renew = (held: Claim): Effect.Effect<boolean, DatabaseError> =>
    Effect.map(
      database.query(
        `update holdfast.claim set renewals = renewals + 1
         where sweep = $1 and number = $2 and job = $3 and attempt = $4
           and exists (select from holdfast.sweep where name = $1 and state = 'running')
         returning number`,
        [name, held.ticket.number, attemptOf(held).id, attemptOf(held).retryCount]
      ),
      (rows) => rows.length > 0
    )

  /** Ends a claim; false if it is not this worker's any more. */
  const endClaim = async (sql: Sql, held: Claim): Promise<boolean> => {
    const { id, retryCount } = attemptOf(held)
    const { rows } = await sql.executeSql(
      "delete from holdfast.claim where sweep = $1 and number = $2 and job = $3 and attempt = $4 returning number",
      [name, held.ticket.number, id, retryCount]
    )
    return rows.length > 0
  }

  const release = (held: Claim) =>
    database.transaction(async (sql) => {
      if (!(await endClaim(sql, held))) return
      await sql.executeSql(
        "update holdfast.ticket set is_taken_over = false where sweep = $1 and number = $2",
        [name, held.ticket.number]
      )
      await boss.fail(queue, attemptOf(held), { reason: "released" }, { db: sql })
    })

  const complete = (held: Claim, outcome: Outcome) =>
    database.transaction(async (sql) => {
      await alone(sql, name)
      const { id, retryCount } = attemptOf(held)
      if (!(await endClaim(sql, held))) {
        // The answer to the first try may have been lost.
        const { rows } = await sql.executeSql(
          "select from holdfast.outcome where sweep = $1 and number = $2 and job = $3 and attempt = $4",
          [name, held.ticket.number, id, retryCount]
        )
        return rows.length > 0
      }
      const { status } = outcome
      await boss.complete(queue, { id, retryCount }, { status }, { db: sql })
      await recordOutcome(sql, name, outcome, { id, retryCount })
      const recorded = await recordedIn(sql, name)
      const following = follow(recorded)
      await issueIn(database, sql, name, following.tickets)
      if (isFinished(following, recorded)) {
        await sql.executeSql("update holdfast.sweep set state = 'finished' where name = $1", [name])
      }
      return true
    })

  return {
    recorded: database.transaction((sql) => recordedIn(sql, name)),
    issue,
    claim,
    renew,
    release,
    complete
  }
}
