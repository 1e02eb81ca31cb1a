import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why data is not available. */
export const DataErrorReason = Schema.Literal("NotFound", "Unreadable", "Empty", "Mismatch")

/** Data that cannot be trained on: `path` is the file, folder or config field that caused it. */
export class DataError extends Schema.TaggedError<DataError>()("DataError", {
  reason: DataErrorReason,
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.path}: ${this.detail}`
  }
}
