import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import { rememberSchema } from "./Compare.js"
import { ConfigError } from "./ConfigError.js"
import * as Overrides from "./Overrides.js"
import * as Problems from "./Problems.js"

/** Where a configuration's values came from, so that an error can name it. */
export interface Origin {
  readonly path: string
  readonly overrides: ReadonlyArray<Overrides.Override>
}

/**
 * Sets the overrides of `origin` in `json`, then validates it.
 *
 * Fails with `Invalid`, listing every missing, unknown or mistyped field at once.
 */
export const decode = <A, I>(
  schema: Schema.Schema<A, I>,
  json: unknown,
  origin: Origin
): Either.Either<A, ConfigError> =>
  ParseResult.decodeUnknownEither(schema)(Overrides.apply(json, origin.overrides), {
    errors: "all",
    onExcessProperty: "error",
    exact: true
  }).pipe(
    Either.map((config) => rememberSchema(config, schema)),
    Either.mapLeft((issue) => invalid(issue, origin))
  )

const invalid = (issue: ParseResult.ParseIssue, origin: Origin): ConfigError => {
  const problems = Problems.fromIssue(issue).map((problem) => ({
    ...problem,
    overridden: Overrides.reaches(origin.overrides, problem.path)
  }))
  return new ConfigError({ reason: { _tag: "Invalid", file: origin.path, problems } })
}
