import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why a backend is not available on this machine, in half a sentence, and how to get it. */
export class BackendUnavailable extends Schema.TaggedError<BackendUnavailable>()(
  "BackendUnavailable",
  {
    why: Schema.String,
    remedy: Schema.String
  }
) {
  override get message(): string {
    return t`${this.why}; ${this.remedy}`
  }
}

/** Why an installed package does not load; undefined if it is not installed. */
export const whyNotLoaded = (name: string, error: unknown): string | undefined => {
  const { code, message = String(error) } = error as { code?: string; message?: string }
  return (code ?? "").endsWith("MODULE_NOT_FOUND") && message.includes(`'${name}'`)
    ? undefined
    : t`${name} does not load: ${message.split("\n")[0]}`
}
