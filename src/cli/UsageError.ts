import * as Schema from "effect/Schema"

/** A command line that means nothing, for a reason that the command's own parser cannot see. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  reason: Schema.Literal("UnknownCommand", "UnknownOption"),
  found: Schema.String,
  /** The known name that is nearest, where one is near. */
  nearest: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const [kind, help] =
      this.reason === "UnknownCommand"
        ? ["command", "see holdfast --help"]
        : ["option", "what follows -- is left to the pipeline; see holdfast run --help"]
    return (
      `there is no ${kind} ${this.found}` +
      (this.nearest === null ? "" : `; did you mean ${this.nearest}?`) +
      `\n${help}`
    )
  }
}
