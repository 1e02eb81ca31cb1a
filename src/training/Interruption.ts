import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { RunPosition } from "../events/Event.js"

/** Where a run stood when it ended early, and the checkpoint that holds it; null: nothing is saved. */
export interface StoppedAt {
  readonly place: RunPosition
  readonly path: string | null
}

/** A run records here where it stood when it ended early; the pipeline around it reports that. */
export class Interruption extends Context.Reference<Interruption>()("holdfast/Interruption", {
  defaultValue: () => ({ record: (_stoppedAt: StoppedAt): Effect.Effect<void> => Effect.void })
}) {}
