import * as Effect from "effect/Effect"
import type { Database } from "./Database.js"
import { DatabaseError } from "./DatabaseError.js"

/** Changes with the tables, which a later version brings up to date. */
const version = 1

/**
 * The tables of sweeps, beside those of pg-boss. JSON is text, so that numbers keep their digits.
 * An outcome keeps the attempt that it was made in: the fencing token of its ticket.
 */
const tables = `
create table if not exists holdfast.sweep (
  name text primary key,
  definition text not null,
  folder text not null,
  problem text,
  state text not null default 'running' check (state in ('running', 'stopped', 'finished'))
);
create table if not exists holdfast.ticket (
  sweep text not null references holdfast.sweep on delete cascade,
  number integer not null,
  ticket text not null,
  is_taken_over boolean not null default false,
  primary key (sweep, number)
);
create table if not exists holdfast.claim (
  sweep text not null references holdfast.sweep on delete cascade,
  number integer not null,
  job uuid not null,
  attempt integer not null,
  worker text not null,
  renewals bigint not null default 0,
  timeout integer not null,
  primary key (sweep, number)
);
create table if not exists holdfast.outcome (
  sweep text not null references holdfast.sweep on delete cascade,
  number integer not null,
  outcome text not null,
  job uuid not null,
  attempt integer not null,
  primary key (sweep, number)
);
create table if not exists holdfast.tables_version (version integer not null);
insert into holdfast.tables_version select ${version} where not exists (select 1 from holdfast.tables_version);
`

/**
 * Makes the tables where they are missing. Under a lock: PostgreSQL fails one of two that create a table
 * at once, also "if not exists".
 */
export const migrate = (database: Database): Effect.Effect<void, DatabaseError> =>
  Effect.gen(function* () {
    const found = yield* database.transaction(async ({ executeSql }) => {
      await executeSql("select pg_advisory_xact_lock(hashtext('holdfast.tables'))")
      await executeSql(tables)
      const { rows } = await executeSql("select version from holdfast.tables_version")
      return Number(rows[0]?.["version"])
    })
    if (found <= version) return
    return yield* new DatabaseError({
      database: database.address,
      reason: "Newer",
      detail: `${found} > ${version}`
    })
  })
