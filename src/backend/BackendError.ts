import * as Schema from "effect/Schema"

/** Why a backend cannot be used, or not for this model. */
export const BackendErrorReason = Schema.Literal("Unavailable", "Untrainable")

/** `subject` is the backend or the layer at fault; `detail` says what is wrong and the way out. */
export class BackendError extends Schema.TaggedError<BackendError>()("BackendError", {
  reason: BackendErrorReason,
  subject: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.reason === "Unavailable"
      ? `backend ${this.subject} cannot be used: ${this.detail}`
      : `layer ${this.subject} cannot be trained here: ${this.detail}`
  }
}
