import * as Context from "effect/Context"
import * as Data from "effect/Data"

/**
 * After how many epochs a run ends although its config asks for more: it is saved, and a later process
 * resumes it. Nothing that the config decides, such as the schedule, depends on it.
 */
export class UntilEpoch extends Context.Reference<UntilEpoch>()("holdfast/UntilEpoch", {
  defaultValue: () => ({ epoch: Infinity })
}) {}

/** Ends the pipeline where the run has finished those epochs. */
export class UntilEpochReached extends Data.TaggedError("UntilEpochReached")<{
  readonly epoch: number
}> {}
