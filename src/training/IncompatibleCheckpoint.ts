import * as Schema from "effect/Schema"
import { DatasetIdentity } from "../checkpointing/Checkpoint.js"
import { t } from "../language/Text.js"
import { table } from "../terminal/Table.js"

const Shape = Schema.Array(Schema.Int)

/** A weight that a checkpoint and a model do not both have in the same shape; null: it is missing. */
export const WeightDifference = Schema.Struct({
  name: Schema.String,
  model: Schema.NullOr(Shape),
  checkpoint: Schema.NullOr(Shape)
})
export type WeightDifference = typeof WeightDifference.Type

/** The classes of a dataset, or of one of its labels. */
const Classes = Schema.Struct({ name: Schema.String, classes: Schema.Array(Schema.String) })

/** In what a checkpoint differs from the run that is to resume from it. */
export const IncompatibleCheckpointReason = Schema.Union(
  /** It holds another model than the config describes. */
  Schema.TaggedStruct("Architecture", {
    path: Schema.String,
    differences: Schema.Array(WeightDifference)
  }),
  /** It lacks weights that `Weights.load` was asked for, or has them in other shapes. */
  Schema.TaggedStruct("Weights", { differences: Schema.Array(WeightDifference) }),
  /** The number of classes has changed. */
  Schema.TaggedStruct("Classes", { path: Schema.String, before: Classes, now: Classes }),
  /** It was trained on other data, or on another split of it. */
  Schema.TaggedStruct("Dataset", {
    path: Schema.String,
    before: DatasetIdentity,
    now: DatasetIdentity
  }),
  /** It was saved before a stage of the epoch that the pipeline no longer has. */
  Schema.TaggedStruct("Stage", { stage: Schema.String })
)
export type IncompatibleCheckpointReason = typeof IncompatibleCheckpointReason.Type

/** A checkpoint that does not match the model, the data or the pipeline of today. */
export class IncompatibleCheckpoint extends Schema.TaggedError<IncompatibleCheckpoint>()(
  "IncompatibleCheckpoint",
  { reason: IncompatibleCheckpointReason }
) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "Architecture":
        return t`${reason.path} holds another model than the config describes:\n\n${weightTable(reason.differences)}\n\nSet the model section of the config back to that of the checkpoint (holdfast inspect ${reason.path} shows it), or start this model from scratch with --resume never, which moves the earlier checkpoints aside.`
      case "Weights":
        return t`the checkpoint does not hold these weights of the model, or not in their shapes:\n\n${weightTable(reason.differences)}\n\nLoad fewer of them, by the option only of Weights.load`
      case "Classes":
        return t`${reason.path} was trained to tell apart the classes of ${reason.before.name}, ${summary(reason.before.classes)}, but ${reason.now.name} has ${summary(reason.now.classes)}. Restore the data, keep this run in another training.checkpoint_dir, or start from scratch with --resume never, which moves the earlier checkpoints aside.`
      case "Dataset":
        return t`${reason.path} was trained on other data, or on another split of it:\n\n${datasetTable(reason)}\n\nRestore the data, train on with --allow-dataset-change (no longer exact: the current epoch starts again), or start from scratch with --resume never.`
      case "Stage":
        return t`the checkpoint was saved before the stage ${reason.stage}, which the pipeline no longer has; put it back, or start from scratch with --resume never`
    }
  }
}

const weightTable = (differences: ReadonlyArray<WeightDifference>): string => {
  const shape = (dimensions: ReadonlyArray<number> | null) =>
    dimensions === null ? "-" : `[${dimensions.join(", ")}]`
  const rows = differences.map(({ checkpoint, model, name }) => [
    name,
    model === null ? t`unexpected` : checkpoint === null ? t`missing` : t`other shape`,
    shape(checkpoint),
    shape(model)
  ])
  return table([t`tensor`, t`in the checkpoint`, t`its shape`, t`the model's`], rows)
}

const datasetTable = ({
  before,
  now
}: {
  readonly before: DatasetIdentity
  readonly now: DatasetIdentity
}): string =>
  table(
    [t`dataset`, t`before`, t`now`],
    [
      [t`name`, before.name, now.name],
      [t`classes`, summary(before.classes), summary(now.classes)],
      [t`train`, `${before.sizes.train ?? "?"}`, `${now.sizes.train ?? "?"}`],
      [t`validation`, `${before.sizes.validation ?? "?"}`, `${now.sizes.validation ?? "?"}`],
      [t`test`, `${before.sizes.test ?? "?"}`, `${now.sizes.test ?? "?"}`],
      [t`fingerprint`, before.fingerprint.slice(0, 12), now.fingerprint.slice(0, 12)]
    ]
  )

const summary = (names: ReadonlyArray<string>): string =>
  `${names.length} (${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""})`
