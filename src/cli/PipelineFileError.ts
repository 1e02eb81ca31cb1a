import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"
import { displayWidth } from "../terminal/Table.js"

/** A location in a source file: line and column count from 1, `text` is the line. */
export const SourceLocation = Schema.Struct({
  file: Schema.String,
  line: Schema.Int,
  column: Schema.Int,
  text: Schema.String
})
export type SourceLocation = typeof SourceLocation.Type

/** Why a file is not a pipeline that can be run. */
export const PipelineFileErrorReason = Schema.Literal(
  "NotFound",
  "Broken",
  "Threw",
  "NoPipeline",
  "NotInstalled",
  "OtherCopy"
)

/** The file at `path` gives no pipeline; `at` is the line that caused it, if known. */
export class PipelineFileError extends Schema.TaggedError<PipelineFileError>()(
  "PipelineFileError",
  {
    reason: PipelineFileErrorReason,
    path: Schema.String,
    detail: Schema.String,
    at: Schema.NullOr(SourceLocation)
  }
) {
  override get message(): string {
    return this.at === null
      ? t`${this.path}: ${this.detail}`
      : `${this.at.file}:${this.at.line}:${this.at.column}: ${this.detail}\n${pointAt(this.at)}`
  }
}

/** The line, and a caret below its column, aligned past tabs and wide characters. */
const pointAt = ({ column, text }: SourceLocation): string => {
  const before = text.slice(0, column - 1)
  const indent = before
    .split("\t")
    .map((part) => " ".repeat(displayWidth(part)))
    .join("\t")
  return `  ${text}\n  ${indent}^`
}
