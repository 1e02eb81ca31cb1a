import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/**
 * Why a model cannot be exported. `Layer`: a layer, named by `subject`, that the format lacks; `Model`: the
 * model as a whole; `Checkpoint`: a checkpoint that does not say how its model is built; `Target`: the
 * file to write; `Package`: a package that has to be installed for the format.
 */
export class ExportError extends Schema.TaggedError<ExportError>()("ExportError", {
  reason: Schema.Literal("Layer", "Model", "Checkpoint", "Target", "Package"),
  /** The layer, the checkpoint, the file or the package. */
  subject: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.reason === "Layer"
      ? t`layer ${this.subject} ${this.detail}`
      : t`${this.subject}: ${this.detail}`
  }
}

/** What a pure function that throws `ExportError` gives. */
export const attempt = <A>(body: () => A): Effect.Effect<A, ExportError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(body())
    } catch (error) {
      return error instanceof ExportError ? Effect.fail(error) : Effect.die(error)
    }
  })
