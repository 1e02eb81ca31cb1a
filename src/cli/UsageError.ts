import * as Data from "effect/Data"
import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"

/** A wrong command line: `found` is the unknown word, or for "Invalid" the sentence that says what is wrong. */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly reason: "Invalid" | "UnknownCommand" | "UnknownOption"
  readonly found: string
  /** The known name that was probably meant; null for none. */
  readonly nearest: string | null
  /** The command that shows the relevant help. */
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

/** The first word is none of the `known` ones. */
export const unknownCommand = (found: string, known: ReadonlyArray<string>): UsageError =>
  new UsageError({
    reason: found.startsWith("-") ? "UnknownOption" : "UnknownCommand",
    found,
    nearest: nearest(found, known) ?? null,
    help: "holdfast --help"
  })
