import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Why a rehearsal finds nothing, and what to do. */
export const RehearsalErrorReason = Schema.Union(
  /** The pipeline has no run to rehearse. */
  Schema.TaggedStruct("NoTraining", { pipeline: Schema.String }),
  /** It trains by a custom step, or by several phases. */
  Schema.TaggedStruct("OwnStep", {}),
  Schema.TaggedStruct("Phases", {}),
  /** The training split is empty. */
  Schema.TaggedStruct("NoData", {}),
  /** An option that is out of range. */
  Schema.TaggedStruct("Option", {
    option: Schema.String,
    found: Schema.Number,
    allowed: Schema.String
  }),
  /** The folder holds no intact checkpoint to evaluate. */
  Schema.TaggedStruct("NoCheckpoint", {
    wanted: Schema.Literal("latest", "best"),
    folder: Schema.String
  }),
  /** The loss never fell while the learning rate rose. */
  Schema.TaggedStruct("NeverFell", { steps: Schema.Int }),
  /** The loss stayed above what would be near zero. */
  Schema.TaggedStruct("NotOverfit", {
    batches: Schema.Int,
    steps: Schema.Int,
    first: Schema.Number,
    last: Schema.Number
  })
)
export type RehearsalErrorReason = typeof RehearsalErrorReason.Type

export class RehearsalError extends Schema.TaggedError<RehearsalError>()("RehearsalError", {
  reason: RehearsalErrorReason
}) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "NoTraining":
        return t`the pipeline ${reason.pipeline} trains nothing: it has no stage restoreOrInit; name a pipeline that trains`
      case "OwnStep":
        return t`the pipeline trains by a step of its own (Stages.trainEpochWith({ step })), which is not known outside of its epochs`
      case "Phases":
        return t`the objective has several phases, whose losses need not fall together; a single phase or objective is needed`
      case "NoData":
        return t`there are no training examples`
      case "Option":
        return t`${reason.option} is ${reason.found}; allowed: ${reason.allowed}`
      case "NoCheckpoint":
        return t`there is no intact ${reason.wanted} checkpoint in ${reason.folder}; train first, or name one with --checkpoint PATH`
      case "NeverFell":
        return t`the loss never fell in ${reason.steps} steps of rising learning rates: begin lower or end higher (--from, --to), and check with --overfit 1 that the model can learn at all`
      case "NotOverfit":
        return t`the loss went from ${reason.first.toPrecision(3)} to ${reason.last.toPrecision(3)} in ${reason.steps} steps on the same ${reason.batches} batches, which is not near zero. Look at the labels (are they those of the inputs?), the learning rate (holdfast find-lr), layers that are frozen or end in the wrong activation, and dropout or penalties that hold the model back`
    }
  }
}
