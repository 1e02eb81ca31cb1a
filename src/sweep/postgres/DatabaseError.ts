import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"

/** What is wrong with a database, or with its address. */
export const DatabaseErrorReason = Schema.Literal(
  "Package",
  "Address",
  "Unreachable",
  "Refused",
  "Newer"
)
export type DatabaseErrorReason = typeof DatabaseErrorReason.Type

/** The package that keeps a queue in PostgreSQL; only sweeps with a database need it. */
export const packageName = "pg-boss"
export const packageVersion = "12.38.0"

/** The database of sweeps cannot be used. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  /** Its address, without the password. */
  database: Schema.String,
  reason: DatabaseErrorReason,
  detail: Schema.String
}) {
  /** The same command can succeed later. */
  get isTemporary(): boolean {
    return this.reason === "Unreachable"
  }

  override get message(): string {
    const { database, detail } = this
    switch (this.reason) {
      case "Package":
        return t`--database needs the package ${packageName}, which is not installed. In the project's folder, run: npm install ${packageName}@${packageVersion}`
      case "Address":
        return t`${database} is not the address of a PostgreSQL database; give one such as postgres://USER@HOST:5432/NAME, its password in PGPASSWORD or ~/.pgpass`
      case "Unreachable":
        return t`the database ${database} cannot be reached: ${detail}. Check that the server runs and that this machine may connect to it`
      case "Refused":
        return t`the database ${database} refuses: ${detail}`
      case "Newer":
        return t`the sweeps in the database ${database} are of a newer Holdfast (${detail}); install it here as well`
    }
  }
}
