import * as Schema from "effect/Schema"
import { stored, t } from "../language/Text.js"

/** Why stages cannot be put together as they are. */
export const StageErrorReason = Schema.Union(
  /** Something else stands where a stage should: `position` counts from 1. */
  Schema.TaggedStruct("NotAStage", {
    within: Schema.String,
    position: Schema.Int,
    found: Schema.String
  }),
  /** `stage` was given something other than it takes; `from` is the stage that gives that. */
  Schema.TaggedStruct("Input", { stage: Schema.String, takes: Schema.String, from: Schema.String }),
  /** A stage that does not take a run stands among those of an epoch. */
  Schema.TaggedStruct("Misplaced", { stage: Schema.String, takes: Schema.String }),
  Schema.TaggedStruct("SameName", { stage: Schema.String }),
  Schema.TaggedStruct("SameState", { stage: Schema.String, other: Schema.String }),
  /** A name that a file cannot have, or that another one has. */
  Schema.TaggedStruct("Name", { stage: Schema.String, name: Schema.String }),
  Schema.TaggedStruct("Order", { stage: Schema.String, before: Schema.String }),
  Schema.TaggedStruct("Requires", {
    stage: Schema.String,
    needs: Schema.String,
    /** Whether it must come before. */
    before: Schema.Boolean
  }),
  Schema.TaggedStruct("Option", {
    stage: Schema.String,
    option: Schema.String,
    found: Schema.String,
    allowed: Schema.String
  }),
  /** A field of the config asks for something that no stage of the epoch does. */
  Schema.TaggedStruct("NoEffect", {
    field: Schema.String,
    value: Schema.String,
    needs: Schema.String
  }),
  /** A field of the config that the objective or the data has no use for. */
  Schema.TaggedStruct("Setting", {
    field: Schema.String,
    value: Schema.String,
    detail: Schema.String
  })
)
export type StageErrorReason = typeof StageErrorReason.Type

/** Stages that cannot be put together as they are, and what to change. */
export class StageError extends Schema.TaggedError<StageError>()("StageError", {
  reason: StageErrorReason
}) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "NotAStage":
        return t`argument ${reason.position} of ${reason.within} is ${reason.found}, not a stage; make one with Stage.make`
      case "Input":
        return t`${reason.stage} needs ${stored(reason.takes)}; put ${reason.from} before it`
      case "Misplaced":
        return t`${reason.stage} takes ${stored(reason.takes)}, so it cannot be a stage of epochs, which take a run; put it into the pipeline`
      case "SameName":
        return t`two stages of the epoch are called ${reason.stage}; a checkpoint tells stages apart by name, so rename one: Stage.named("another name", stage)`
      case "SameState":
        return t`${reason.stage} and ${reason.other} would share one state in the checkpoints; give one a name of its own, by its option name`
      case "Name":
        return t`${reason.stage} cannot be called "${reason.name}": use letters, digits, "-" and "_", and neither model nor best_model`
      case "Order":
        return t`${reason.stage} must come before ${reason.before} in the epoch; swap them`
      case "Requires":
        return reason.before
          ? t`${reason.stage} needs a stage before it in the epoch that ${doing(reason.needs)}`
          : t`${reason.stage} needs a stage of the epoch that ${doing(reason.needs)}`
      case "Option":
        return t`${reason.option} of ${reason.stage} is ${reason.found}; allowed: ${reason.allowed}`
      case "NoEffect":
        return t`${reason.field} is ${reason.value}, which has no effect here: no stage of the epoch ${doing(reason.needs)}. Add one, or remove the field from the config; a stage that wraps such a one lists it as its children`
      case "Setting":
        return t`${reason.field} is ${reason.value}: ${reason.detail}`
    }
  }
}

/** Throws, with a stack that begins where `called` was called: that is the code to be fixed. */
export const refuse: (reason: StageErrorReason, called: (...args: never) => unknown) => never = (
  reason,
  called
) => {
  const error = new StageError({ reason })
  Error.captureStackTrace(error, called)
  throw error
}

const doings: Readonly<Record<string, string>> = {
  training: t`trains (Stages.trainEpoch)`,
  validation: t`validates (Stages.validate)`,
  best: t`tracks the best epoch (Stages.trackBest)`,
  stop: t`stops the run early (Stages.earlyStopping)`,
  early_stopping: t`stops the run early (Stages.earlyStopping)`,
  schedule: t`steps the scheduler (Stages.stepScheduler)`,
  save: t`saves checkpoints (Stages.checkpoint)`
}

const doing = (capability: string): string => doings[capability] ?? t`provides "${capability}"`
