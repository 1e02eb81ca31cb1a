import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Bytes of a backend's memory: asked for in vain, held by tensors, and the most there can be. */
const Memory = Schema.Struct({
  needed: Schema.Number,
  inUse: Schema.Number,
  limit: Schema.Number
})

/** Why a backend cannot be used, not for this model, or no longer. */
export const BackendErrorReason = Schema.Literal(
  "Unavailable",
  "Untrainable",
  "OutOfMemory",
  "Failed"
)

const sentences: Record<typeof BackendErrorReason.Type, (subject: string) => string> = {
  Unavailable: (backend) => t`backend ${backend} cannot be used`,
  Untrainable: (layer) => t`layer ${layer} cannot be trained here`,
  OutOfMemory: (backend) => t`backend ${backend} has no memory left`,
  Failed: (backend) => t`backend ${backend} has failed, and what it computed last is worth nothing`
}

/** `subject` is the backend or the layer at fault; `detail` says what is wrong and the way out. */
export class BackendError extends Schema.TaggedError<BackendError>()("BackendError", {
  reason: BackendErrorReason,
  subject: Schema.String,
  detail: Schema.String,
  /** With "OutOfMemory" where the backend can tell. */
  memory: Schema.optional(Memory)
}) {
  override get message(): string {
    const detail =
      this.memory === undefined ? this.detail : t`${inWords(this.memory)}; ${this.detail}`
    return t`${sentences[this.reason](this.subject)}: ${detail}`
  }
}

const inWords = ({ needed, inUse, limit }: typeof Memory.Type): string =>
  t`${bytes(needed)} more are needed, tensors hold ${bytes(inUse)}, and ${bytes(limit)} is the most there can be`

const bytes = (count: number): string => t`${count.toLocaleString("en-US")} bytes`
