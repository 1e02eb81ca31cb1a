import * as Context from "effect/Context"

/** The name of the pipeline that runs; null: a stage runs without one. */
export class PipelineName extends Context.Reference<PipelineName>()("holdfast/PipelineName", {
  defaultValue: (): string | null => null
}) {}
