import * as Data from "effect/Data"
import { t } from "../language/Text.js"

/** A command line that means nothing: `found` is the unknown word, or what is wrong in words. */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly reason: "Invalid" | "UnknownCommand" | "UnknownOption"
  readonly found: string
  /** The known name that is nearest, where one is near. */
  readonly nearest: string | null
  /** The command whose help tells more. */
  readonly help: string
}> {
  override get message(): string {
    return t`${this.problem}\nsee ${this.help}`
  }

  private get problem(): string {
    const nearest = this.nearest === null ? "" : t`; did you mean ${this.nearest}?`
    switch (this.reason) {
      case "Invalid":
        return this.found
      case "UnknownCommand":
        return t`there is no command ${this.found}${nearest}`
      case "UnknownOption":
        return t`there is no option ${this.found}${nearest}`
    }
  }
}
