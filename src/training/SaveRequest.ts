import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Asks a run to save while it trains. Training checks after each step; the default never asks.
 */
export class SaveRequest extends Context.Reference<SaveRequest>()("holdfast/SaveRequest", {
  defaultValue: (): {
    /** Whether a save was asked for since this was last run. */
    readonly take: Effect.Effect<boolean>
  } => ({ take: Effect.succeed(false) })
}) {}
