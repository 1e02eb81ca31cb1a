import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why the bytes of another program's file cannot be read. */
export const FormatErrorReason = Schema.Literal(
  /** They end before what they declare. */
  "Truncated",
  /** They contradict themselves. */
  "Damaged",
  /** They declare more than a reader takes on: a bomb, or a file for a larger machine. */
  "TooLarge",
  /** They ask for something that nobody should do for a file: code, or a path outside. */
  "Forbidden",
  /** They are of a kind that is not read. */
  "Unsupported"
)
export type FormatErrorReason = typeof FormatErrorReason.Type

/** Bytes that cannot be read; `where` says at which entry, field or byte. */
export class FormatError extends Schema.TaggedError<FormatError>()("FormatError", {
  reason: FormatErrorReason,
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.where}: ${this.detail}`
  }
}

/** The failure of a parser, for `attempt` to catch. */
export const refuse = (reason: FormatErrorReason, where: string, detail: string): never => {
  throw new FormatError({ reason, where, detail })
}

/**
 * Runs a parser, which throws by `refuse`. Whatever else it throws, as where a number points outside of the
 * bytes, is damage in the file.
 */
export const attempt = <A>(where: string, parse: () => A): Either.Either<A, FormatError> =>
  Either.try({
    try: parse,
    catch: (error) =>
      error instanceof FormatError
        ? error
        : new FormatError({ reason: "Damaged", where, detail: t`its structure is not consistent` })
  })
