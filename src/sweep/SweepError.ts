import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** What is wrong with a sweep. */
export const SweepErrorReason = Schema.Union(
  /** A field of the definition: its path, and what is allowed there. */
  Schema.TaggedStruct("Invalid", { field: Schema.String, detail: Schema.String }),
  /** The files or the database of the sweep. */
  Schema.TaggedStruct("Unreadable", { path: Schema.String, detail: Schema.String })
)

/** A sweep that cannot be started or resumed. */
export class SweepError extends Schema.TaggedError<SweepError>()("SweepError", {
  reason: SweepErrorReason
}) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "Invalid":
        return t`${reason.field}: ${reason.detail}`
      case "Unreadable":
        return t`${reason.path}: ${reason.detail}`
    }
  }
}
