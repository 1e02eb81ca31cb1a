import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/**
 * A tool that is to record a run cannot be started. Once a run trains, such a tool warns and does not
 * stop it.
 *
 * - `NotInstalled`: a package that it needs is not installed.
 * - `Setting`: an environment variable or a field of the config is not what it needs.
 * - `NotStarted`: it failed with another error, an observer of the user's own say.
 */
export class TrackingError extends Schema.TaggedError<TrackingError>()("TrackingError", {
  reason: Schema.Literal("NotInstalled", "Setting", "NotStarted"),
  /** `OpenTelemetry`, `MLflow`, the name of an observer. */
  tool: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.tool} cannot record the run: ${this.detail}`
  }
}
