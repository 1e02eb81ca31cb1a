import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Bytes of a backend's memory: requested, held by tensors, and available at most. */
const Memory = Schema.Struct({
  needed: Schema.Number,
  inUse: Schema.Number,
  limit: Schema.Number
})

/** Why a backend cannot be used: at all, for this model, or any longer. */
export const BackendErrorReason = Schema.Literal(
  "Unavailable",
  "Untrainable",
  "OutOfMemory",
  "Failed"
)

const sentences: Record<typeof BackendErrorReason.Type, (subject: string) => string> = {
  Unavailable: (backend) => t`backend ${backend} cannot be used`,
  Untrainable: (layer) => t`layer ${layer} cannot be trained here`,
  OutOfMemory: (backend) => t`backend ${backend} is out of memory`,
  Failed: (backend) => t`backend ${backend} has failed; its latest results are invalid`
}

/** `subject` is the backend or the layer that failed; `detail` says what is wrong and how to fix it. */
export class BackendError extends Schema.TaggedError<BackendError>()("BackendError", {
  reason: BackendErrorReason,
  subject: Schema.String,
  detail: Schema.String,
  /** Given with "OutOfMemory" if the backend knows. */
  memory: Schema.optional(Memory)
}) {
  override get message(): string {
    const detail =
      this.memory === undefined ? this.detail : t`${inWords(this.memory)}; ${this.detail}`
    return t`${sentences[this.reason](this.subject)}: ${detail}`
  }
}

const inWords = ({ needed, inUse, limit }: typeof Memory.Type): string =>
  t`${bytes(needed)} more are needed, tensors hold ${bytes(inUse)}, and the limit is ${bytes(limit)}`

const bytes = (count: number): string => t`${count.toLocaleString("en-US")} bytes`
