import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { RunPosition } from "../events/Event.js"

/** Where a run stood when it ended, and the checkpoint that holds it; null: nothing is saved. */
export interface StoppedAt {
  readonly position: RunPosition
  readonly path: string | null
}

/** A run records here where it stood when it ended; the pipeline around it reports that if interrupted. */
export class Interruption extends Context.Reference<Interruption>()("holdfast/Interruption", {
  defaultValue: () => ({
    record: (_stoppedAt: StoppedAt): Effect.Effect<void> => Effect.void,
    /** Reports the interruption now: to release all may take longer than the process has. */
    report: Effect.void as Effect.Effect<void>
  })
}) {}
