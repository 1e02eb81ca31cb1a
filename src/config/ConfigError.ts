import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** One thing wrong with a configuration. */
export const ConfigProblem = Schema.Struct({
  kind: Schema.Literal("Missing", "Unknown", "NotAllowed"),
  /** Where: "training.num_epochs"; empty for the configuration as a whole. */
  path: Schema.String,
  /** What stands there, as (shortened) JSON; null where nothing does. */
  found: Schema.NullOr(Schema.String),
  /** What may stand there: "an integer of at least 1"; for an unknown field, the known ones. */
  allowed: Schema.String,
  /** The known field, or the allowed word, that was probably meant. */
  meant: Schema.NullOr(Schema.String),
  /** Whether it came from `--set` instead of the file. */
  overridden: Schema.Boolean
})
export type ConfigProblem = typeof ConfigProblem.Type

/** Why a configuration cannot be used. */
export const ConfigErrorReason = Schema.Union(
  Schema.TaggedStruct("NotFound", { file: Schema.String }),
  Schema.TaggedStruct("Unreadable", { file: Schema.String, detail: Schema.String }),
  Schema.TaggedStruct("NotJson", {
    file: Schema.String,
    line: Schema.Int,
    column: Schema.Int,
    detail: Schema.String
  }),
  Schema.TaggedStruct("Invalid", {
    file: Schema.String,
    problems: Schema.Array(ConfigProblem)
  }),
  Schema.TaggedStruct("BadOverride", { text: Schema.String, detail: Schema.String })
)
export type ConfigErrorReason = typeof ConfigErrorReason.Type

/** A configuration that cannot be used, and what to change. */
export class ConfigError extends Schema.TaggedError<ConfigError>()("ConfigError", {
  reason: ConfigErrorReason
}) {
  override get message(): string {
    const reason = this.reason
    switch (reason._tag) {
      case "NotFound":
        return t`${reason.file}: there is no such file; name another with --config PATH`
      case "Unreadable":
        return t`${reason.file}: cannot be read: ${reason.detail}`
      case "NotJson":
        return t`${reason.file}:${reason.line}:${reason.column}: not JSON: ${reason.detail}`
      case "Invalid":
        return [
          ...section(
            reason.file,
            reason.problems.filter((problem) => !problem.overridden)
          ),
          ...section(
            "--set",
            reason.problems.filter((problem) => problem.overridden)
          )
        ].join("\n")
      case "BadOverride":
        return t`--set ${reason.text || "''"}: ${reason.detail}; for example --set training.num_epochs=150`
    }
  }
}

const section = (source: string, problems: ReadonlyArray<ConfigProblem>): ReadonlyArray<string> =>
  problems.length === 0
    ? []
    : [t`${source} is not valid:`, ...problems.map((problem) => `  ${line(problem)}`)]

const line = (problem: ConfigProblem): string => {
  const where = problem.path === "" ? t`the configuration` : problem.path
  switch (problem.kind) {
    case "Missing":
      return t`${where}: missing; allowed: ${problem.allowed}`
    case "Unknown":
      return problem.meant === null
        ? t`${where}: unknown field (found ${problem.found}); allowed: ${problem.allowed}`
        : t`${where}: unknown field (found ${problem.found}); did you mean ${problem.meant}?`
    case "NotAllowed":
      return (
        t`${where}: found ${problem.found}; allowed: ${problem.allowed}` +
        (problem.meant === null ? "" : t`; did you mean ${problem.meant}?`)
      )
  }
}
