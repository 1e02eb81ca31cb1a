import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** What is wrong with a sweep. */
export const SweepErrorReason = Schema.Union(
  /** The folder holds no sweep. */
  Schema.TaggedStruct("NoSweep", { folder: Schema.String }),
  /** No records, on this machine, of a sweep whose checkpoints are in a bucket. */
  Schema.TaggedStruct("NoRecords", { bucket: Schema.String, folder: Schema.String }),
  /** A file of the sweep, or its database. */
  Schema.TaggedStruct("Unreadable", {
    path: Schema.String,
    /** From 1. */
    line: Schema.optionalWith(Schema.Int, { exact: true }),
    detail: Schema.String
  }),
  /** The folder holds a sweep that computes something else. */
  Schema.TaggedStruct("Changed", {
    folder: Schema.String,
    field: Schema.String,
    before: Schema.String,
    after: Schema.String
  }),
  /** The epochs of a trial record no such metric. */
  Schema.TaggedStruct("NoMetric", {
    metric: Schema.String,
    trial: Schema.Int,
    known: Schema.Array(Schema.String)
  }),
  /** The checkpoint that a trial is to start from is gone. */
  Schema.TaggedStruct("NoFork", { folder: Schema.String, epoch: Schema.Int }),
  /** Every trial has failed so far: how many, and the error of the first. */
  Schema.TaggedStruct("AllFailed", { trials: Schema.Int, error: Schema.String }),
  /** No trial has a value yet. */
  Schema.TaggedStruct("NoOutcome", { folder: Schema.String }),
  /** A command that is not for the sweep as it is. */
  Schema.TaggedStruct("Trial", { trial: Schema.Int, detail: Schema.String })
)

/** A sweep that cannot be started or resumed. */
export class SweepError extends Schema.TaggedError<SweepError>()("SweepError", {
  reason: SweepErrorReason
}) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "NoSweep":
        return t`${reason.folder} holds no sweep; name the folder of one: checkpoints/ and the sweep's name, unless its checkpoint_dir says otherwise`
      case "NoRecords":
        return t`this machine has no records of a sweep in ${reason.bucket}, which would be in ${reason.folder}: name its database with --database, or ask in the folder and on the machine that it runs from`
      case "Unreadable":
        return reason.line === undefined
          ? t`${reason.path}: cannot be read: ${reason.detail}`
          : t`${reason.path}, line ${reason.line}: ${reason.detail}`
      case "Changed":
        return t`${reason.folder} holds a sweep of this name whose ${reason.field} is ${reason.before}, not ${reason.after}: change it back to resume that sweep, or give this one another name`
      case "NoMetric":
        return t`the epochs of trial ${reason.trial} have no finite ${reason.metric}; metric can be one of ${reason.known.join(", ")}`
      case "NoFork":
        return t`${reason.folder} has no intact checkpoint of epoch ${reason.epoch}, from which a trial is to start; restore it, or start the sweep under another name`
      case "AllFailed":
        return t`all of the first ${reason.trials} trials failed, so the sweep ends; the first with: ${reason.error}\nwhat each has printed is in its output.log. To start over, remove the folder of the sweep`
      case "NoOutcome":
        return t`no trial in ${reason.folder} has a value yet; see holdfast sweep status ${reason.folder}`
      case "Trial":
        return t`trial ${reason.trial} ${reason.detail}`
    }
  }
}
