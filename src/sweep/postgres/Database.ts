import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Address from "./Address.js"
import { DatabaseError, packageName } from "./DatabaseError.js"
import * as Tables from "./Tables.js"

/** Runs statements, in a transaction or outside of one. */
export interface Sql {
  readonly executeSql: (
    text: string,
    values?: ReadonlyArray<unknown>
  ) => Promise<{ readonly rows: ReadonlyArray<Row> }>
}

export type Row = Readonly<Record<string, unknown>>

/** A job as it was fetched: the number of its retries shows whether it is still the fetcher's. */
export interface Attempt {
  readonly id: string
  readonly retryCount: number
}

interface On {
  readonly db: Sql
}

/** The part of pg-boss that sweeps use, as its own types say it; the package is optional. */
export interface Boss {
  readonly on: (event: "error" | "warning", listener: (problem: unknown) => void) => unknown
  readonly start: () => Promise<unknown>
  readonly stop: (options: { readonly graceful: boolean }) => Promise<void>
  readonly getDb: () => Sql & {
    readonly beginTransaction: () => Promise<{
      readonly db: Sql
      readonly commit: () => Promise<void>
      readonly rollback: () => Promise<void>
    }>
  }
  readonly createQueue: (name: string, options: object) => Promise<void>
  readonly insert: (name: string, jobs: ReadonlyArray<object>, options: On) => Promise<unknown>
  readonly fetch: (
    name: string,
    options: On & { readonly batchSize: number; readonly ignoreStartAfter: boolean }
  ) => Promise<ReadonlyArray<Attempt & { readonly data: unknown }>>
  readonly complete: (name: string, job: Attempt, data: object, options: On) => Promise<object>
  readonly fail: (name: string, job: Attempt, data: object, options: On) => Promise<object>
}

/** The database of sweeps: a queue by pg-boss, and tables of Holdfast's own beside it. */
export interface Database {
  /** Its address, as it may be shown. */
  readonly address: string
  readonly boss: Boss
  /** Asks pg-boss. */
  readonly attempt: <A>(ask: (boss: Boss) => Promise<A>) => Effect.Effect<A, DatabaseError>
  /** Runs a statement by itself. */
  readonly query: (
    text: string,
    values?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>
  /** Runs statements of which all or none count. */
  readonly transaction: <A>(work: (sql: Sql) => Promise<A>) => Effect.Effect<A, DatabaseError>
}

/** The schema that holds everything, so that it can be dropped by itself. */
export const schema = "holdfast"

// A server that does not answer for so long has lost the connection, as far as we can tell.
const patience = 5000

const settings = (address: string) => ({
  connectionString: address,
  application_name: "holdfast",
  schema,
  max: 10,
  connectionTimeoutMillis: patience,
  query_timeout: patience,
  // A worker that is paused in a transaction, or cut off, must not keep its locks.
  idle_in_transaction_session_timeout: patience,
  statement_timeout: patience * 4,
  keepAlive: true,
  // Claims are watched by workers, by their own clocks; pg-boss would go by the server's.
  supervise: false,
  schedule: false,
  registerInstance: false,
  // Neither is used.
  flowIntervalSeconds: 3600,
  bamIntervalSeconds: 3600
})

// A name that the compiler does not look up: the package's types may be missing, too.
const library: string = packageName

const load = (database: string) =>
  Effect.tryPromise({
    try: () => import(library) as Promise<{ PgBoss: new (settings: object) => Boss }>,
    catch: () => new DatabaseError({ database, reason: "Package", detail: "" })
  })

/** What a server says of a connection that is unavailable now, by SQLSTATE; see PostgreSQL's appendix A. */
const isUnreachable = (code: string): boolean =>
  // Connection exceptions, insufficient resources, operator intervention, or an error of the network.
  /^(08|53|57)...$/.test(code) || /^E[A-Z]+$/.test(code) || code === ""

const toError =
  (database: string) =>
  (error: unknown): DatabaseError => {
    const first =
      Predicate.hasProperty(error, "errors") && Array.isArray(error.errors)
        ? error.errors[0]
        : error
    const code = Predicate.hasProperty(first, "code") ? String(first.code) : ""
    const message = first instanceof Error ? first.message : String(first)
    const reason = isUnreachable(code) ? "Unreachable" : "Refused"
    return new DatabaseError({ database, reason, detail: message === "" ? code : message })
  }

/** Connects to a database, and makes or updates its tables; workers that do so at once wait for each other. */
export const connect = (address: string): Effect.Effect<Database, DatabaseError, Scope.Scope> =>
  Effect.gen(function* () {
    const given = yield* Address.check(address)
    const shown = Address.shown(given)
    const failed = toError(shown)
    const { PgBoss } = yield* load(shown)
    const boss = yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const made = new PgBoss(settings(given))
          // Each call fails by itself; without a listener an event would end the process.
          made.on("error", () => {})
          return made
        },
        catch: failed
      }),
      (made) => Effect.ignore(Effect.tryPromise(() => made.stop({ graceful: false })))
    )
    const attempt: Database["attempt"] = (ask) =>
      Effect.tryPromise({ try: () => ask(boss), catch: failed })
    const query: Database["query"] = (text, values) =>
      attempt(() =>
        boss
          .getDb()
          .executeSql(text, values)
          .then(({ rows }) => rows)
      )
    const transaction: Database["transaction"] = (work) =>
      attempt(async () => {
        const { commit, db, rollback } = await boss.getDb().beginTransaction()
        try {
          const result = await work(db)
          await commit()
          return result
        } catch (error) {
          await rollback()
          throw error
        }
      })
    yield* attempt(() => boss.start())
    const database: Database = { address: shown, boss, attempt, query, transaction }
    yield* Tables.migrate(database)
    return database
  })
