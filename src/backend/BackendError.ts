import * as Schema from "effect/Schema"

/** Why a backend cannot be used, not for this model, or no longer. */
export const BackendErrorReason = Schema.Literal("Unavailable", "Untrainable", "Failed")

const sentences: Record<typeof BackendErrorReason.Type, (subject: string) => string> = {
  Unavailable: (backend) => `backend ${backend} cannot be used`,
  Untrainable: (layer) => `layer ${layer} cannot be trained here`,
  Failed: (backend) => `backend ${backend} has failed, and what it computed last is worth nothing`
}

/** `subject` is the backend or the layer at fault; `detail` says what is wrong and the way out. */
export class BackendError extends Schema.TaggedError<BackendError>()("BackendError", {
  reason: BackendErrorReason,
  subject: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${sentences[this.reason](this.subject)}: ${this.detail}`
  }
}
