import * as Data from "effect/Data"

/** A command line that means nothing: `found` is what is wrong with it, or the unknown word. */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly reason: "Invalid" | "UnknownCommand" | "UnknownOption"
  readonly found: string
  /** The known name that is nearest, where one is near. */
  readonly nearest: string | null
}> {
  override get message(): string {
    const hint = this.nearest === null ? "" : `; did you mean ${this.nearest}?`
    switch (this.reason) {
      case "Invalid":
        return `${this.found}; see --help`
      case "UnknownCommand":
        return `there is no command ${this.found}${hint || "; see holdfast --help"}`
      case "UnknownOption":
        return (
          `there is no option ${this.found}${hint || "; see holdfast run --help"}\n` +
          `(options for the pipeline itself come after --)`
        )
    }
  }
}
