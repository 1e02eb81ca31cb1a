import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why data could not be loaded. */
export const DataErrorReason = Schema.Literal(
  "NotFound",
  "Unreadable",
  "Empty",
  "Mismatch",
  "Worker"
)

/** Data that cannot be trained on. `path` names the file, the folder, the config field or the example. */
export class DataError extends Schema.TaggedError<DataError>()("DataError", {
  reason: DataErrorReason,
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.path}: ${this.detail}`
  }
}

/** The error for a file or folder at `path` that cannot be read. */
export const unreadable =
  (path: string) =>
  (error: { readonly message: string }): DataError =>
    new DataError({ reason: "Unreadable", path, detail: t`cannot be read: ${error.message}` })
