import * as Schema from "effect/Schema"

/** Why bytes are not a usable WAV file. */
export const WavErrorReason = Schema.Literal("NotWav", "BadHeader", "Unsupported", "NoSamples")

/** Bytes that cannot be read as WAV; `detail` continues the sentence that the file's name begins. */
export class WavError extends Schema.TaggedError<WavError>()("WavError", {
  reason: WavErrorReason,
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}
