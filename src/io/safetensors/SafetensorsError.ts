import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"

/** What is wrong with a safetensors file, or with what should become one. */
export const SafetensorsErrorReason = Schema.Literal(
  /** The file ends before what its header promises. */
  "Truncated",
  /** There are bytes after the last tensor. */
  "TrailingBytes",
  /** The header is longer than the format allows, or not UTF-8 JSON. */
  "BadHeader",
  /** A name occurs twice. */
  "DuplicateKey",
  /** `__metadata__` holds something else than strings. */
  "BadMetadata",
  /** A tensor's entry, element type, shape or name is not valid. */
  "BadTensor",
  /** Tensors overlap or leave a hole, or their size is not that of their shape. */
  "BadOffsets"
)
export type SafetensorsErrorReason = typeof SafetensorsErrorReason.Type

/** Bytes that are not safetensors; `where` is the place in them: the header, or a tensor. */
export class SafetensorsError extends Schema.TaggedError<SafetensorsError>()("SafetensorsError", {
  reason: SafetensorsErrorReason,
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.where}: ${this.detail}`
  }
}
