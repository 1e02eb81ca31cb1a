import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"
import { version } from "./Line.js"

/** Why a log cannot be read. */
export const RunLogReason = Schema.Literal("NotFound", "Unreadable", "NotALog", "NewerVersion")

/** The log of a run cannot be read. */
export class RunLogError extends Schema.TaggedError<RunLogError>()("RunLogError", {
  reason: RunLogReason,
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    switch (this.reason) {
      case "NotFound":
        return t`${this.path} does not exist; a run writes it as soon as it trains, unless training.run_log is false`
      case "Unreadable":
        return t`${this.path} cannot be read: ${this.detail}`
      case "NotALog":
        return t`${this.path} is not the log of a run: no line of it is one that a run writes`
      case "NewerVersion":
        return t`${this.path} is of version ${this.detail}, this release reads version ${version}; update holdfast`
    }
  }
}
