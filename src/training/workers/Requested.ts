import * as Context from "effect/Context"

/** How many workers compute the steps of a run, and the module whose default export is its pipeline. */
export interface Request {
  readonly count: number
  /** The URL of the module; null: the pipeline was made in code. */
  readonly module: string | null
}

/** What was asked for; null: this thread computes. */
export class WorkersRequested extends Context.Reference<WorkersRequested>()(
  "holdfast/WorkersRequested",
  { defaultValue: (): Request | null => null }
) {}
