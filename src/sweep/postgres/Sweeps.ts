import * as Effect from "effect/Effect"
import type { Database } from "./Database.js"
import type { DatabaseError } from "./DatabaseError.js"
import * as Queue from "./Queue.js"

export type State = "running" | "stopped" | "finished"

/** A sweep as the database has it. */
export interface StoredSweep {
  readonly name: string
  /** As it was submitted: the text of its `sweep.json`. */
  readonly definition: string
  readonly state: State
}

const select = "select name, definition, state from holdfast.sweep"

const sweepsOf = (rows: ReadonlyArray<unknown>) => rows as ReadonlyArray<StoredSweep>

/** The sweeps of a database, by name. */
export const list = (
  database: Database
): Effect.Effect<ReadonlyArray<StoredSweep>, DatabaseError> =>
  Effect.map(database.query(`${select} order by name`), sweepsOf)

/**
 * Records a sweep, unless there is one of its name, and gives what the database has then. A sweep that was
 * there goes on if it was stopped.
 */
export const submit = Effect.fn("Sweeps.submit")(function* (
  database: Database,
  name: string,
  definition: string
) {
  yield* Queue.make(database, name)
  const rows = yield* database.transaction(async ({ executeSql }) => {
    await executeSql(
      "insert into holdfast.sweep (name, definition) values ($1, $2) on conflict do nothing",
      [name, definition]
    )
    return executeSql(`${select} where name = $1`, [name])
  })
  return sweepsOf(rows.rows)[0]!
})

/** Changes the state of a sweep; false if there is none of the name. */
export const setState = (
  database: Database,
  name: string,
  state: State
): Effect.Effect<boolean, DatabaseError> =>
  Effect.map(
    database.query("update holdfast.sweep set state = $2 where name = $1 returning name", [name, state]),
    (rows) => rows.length > 0
  )

/** Who works on which ticket of a sweep. */
export const workers = (
  database: Database,
  name: string
): Effect.Effect<ReadonlyMap<number, string>, DatabaseError> =>
  Effect.map(
    database.query("select number, worker from holdfast.claim where sweep = $1", [name]),
    (rows) => new Map(rows.map((row) => [Number(row["number"]), String(row["worker"])]))
  )
