import * as Effect from "effect/Effect"
import type { Database } from "./Database.js"
import type { DatabaseError } from "./DatabaseError.js"
import * as Queue from "./Queue.js"

export type State = "running" | "stopped" | "finished"

/** What a sweep is submitted with. */
export interface Submitted {
  readonly name: string
  /** The text of its definition. */
  readonly definition: string
  /** Where its trials are, for every worker: a folder, from the working directory. */
  readonly folder: string
}

/** A sweep as the database has it. */
export interface StoredSweep extends Submitted {
  readonly state: State
  /** Why a worker has stopped it. */
  readonly problem: string | null
}

const select = "select name, definition, folder, state, problem from holdfast.sweep"

const sweepsOf = (rows: ReadonlyArray<unknown>) => rows as ReadonlyArray<StoredSweep>

/** The sweeps of a database, by name. */
export const list = (
  database: Database
): Effect.Effect<ReadonlyArray<StoredSweep>, DatabaseError> =>
  Effect.map(database.query(`${select} order by name`), sweepsOf)

/** Records a sweep, or what is new of one that is there; gives what the database has then. */
export const submit = Effect.fn("Sweeps.submit")(function* (
  database: Database,
  { definition, folder, name }: Submitted
) {
  yield* Queue.make(database, name)
  const { rows } = yield* database.transaction(async ({ executeSql }) => {
    await executeSql(
      "insert into holdfast.sweep (name, definition, folder) values ($1, $2, $3) on conflict (name) do update set definition = $2, folder = $3",
      [name, definition, folder]
    )
    return executeSql(`${select} where name = $1`, [name])
  })
  return sweepsOf(rows)[0]!
})

/** Changes the state of a sweep, for a reason where that is one. */
export const setState = (
  database: Database,
  name: string,
  state: State,
  problem: string | null = null
): Effect.Effect<void, DatabaseError> =>
  Effect.asVoid(
    database.query("update holdfast.sweep set state = $2, problem = $3 where name = $1", [
      name,
      state,
      problem
    ])
  )
