import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { ConfigError } from "./ConfigError.js"
import * as Overrides from "./Overrides.js"
import * as Problems from "./Problems.js"
import { TrainingConfig, type TrainingConfigEncoded } from "./TrainingConfig.js"

/** A whole configuration, as a pipeline sees it. */
export interface Config<out Model, out Data> {
  /** The JSON Schema of the file, for editors; means nothing to a run. */
  readonly $schema?: string
  readonly training: TrainingConfig
  readonly model: Model
  readonly data: Data
}

/** The same, as a file holds it. */
export interface ConfigEncoded<out Model, out Data> {
  readonly $schema?: string
  readonly training: TrainingConfigEncoded
  readonly model: Model
  readonly data: Data
}

/** The schema of a pipeline's configuration: its `model` and `data` beside `training`. */
export const make = <Model, ModelEncoded, Data, DataEncoded>(sections: {
  readonly model: Schema.Schema<Model, ModelEncoded>
  readonly data: Schema.Schema<Data, DataEncoded>
}): Schema.Schema<Config<Model, Data>, ConfigEncoded<ModelEncoded, DataEncoded>> =>
  Schema.Struct({
    $schema: Schema.optionalWith(Schema.String, { exact: true }).annotations({
      description: "The JSON Schema of this file, for editors."
    }),
    training: TrainingConfig,
    model: sections.model,
    data: sections.data
  })

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
  }).pipe(Either.mapLeft((issue) => invalid(issue, origin)))

const invalid = (issue: ParseResult.ParseIssue, origin: Origin): ConfigError => {
  const problems = Problems.fromIssue(issue).map((problem) => ({
    ...problem,
    overridden: Overrides.reaches(origin.overrides, problem.path)
  }))
  return new ConfigError({ reason: { _tag: "Invalid", file: origin.path, problems } })
}
