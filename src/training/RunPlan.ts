import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import { accumulatorsOf } from "./Heads.js"
import type { MetricError } from "./MetricError.js"
import type { AnyObjective } from "./Objective.js"
import type { Scheduler } from "./Scheduler.js"
import type { StageError } from "./StageError.js"

/** What is known of a run as soon as its config is: what the stages of an epoch are checked by. */
export interface RunPlan {
  readonly training: TrainingConfig
  /** What the objective measures: `loss`, and its metrics by their names. */
  readonly metrics: ReadonlyArray<string>
  readonly scheduler: Scheduler
}

/** The plan of a run with these parts. */
export const make = (
  training: TrainingConfig,
  objective: AnyObjective,
  scheduler: Scheduler
): RunPlan => ({ training, metrics: [...accumulatorsOf(objective).keys()], scheduler })

/**
 * Checks what lies ahead of a pipeline by its config, before any data is loaded. `Pipeline.make`
 * provides it, and `loadConfig` calls it.
 */
export class Preflight extends Context.Reference<Preflight>()("holdfast/Preflight", {
  defaultValue: (): {
    readonly check: (config: unknown) => Effect.Effect<void, StageError | MetricError>
  } => ({ check: () => Effect.void })
}) {}
