import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why a backend cannot be had here, in half a sentence, and what can be done about it. */
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

/** Why a package that is there does not load; undefined if it is simply not there. */
export const whyNotLoaded = (name: string, error: unknown): string | undefined => {
  const { code, message = String(error) } = error as { code?: string; message?: string }
  return (code ?? "").endsWith("MODULE_NOT_FOUND") && message.includes(`'${name}'`)
    ? undefined
    : t`${name} does not load: ${message.split("\n")[0]}`
}
