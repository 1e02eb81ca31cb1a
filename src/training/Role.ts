import type * as Effect from "effect/Effect"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import type { Observer } from "../events/Observer.js"
import type { RunPlan } from "./RunPlan.js"
import type { Run } from "./Run.js"
import type { StateError } from "./Stateful.js"

/** A metric that is looked at, and by what: the name of a stage, or a field of the config. */
export interface Monitored {
  readonly metric: string
  readonly by: string
}

/**
 * What a stage of an epoch does for the others, and needs of them. `epochs` refuses an order in
 * which a need is not met, before the first step. Nothing is decided by the name of a stage, so a
 * stage can be renamed, and one that wraps others takes part by listing them as its `children`.
 *
 * The built-in stages provide `"training"`, `"validation"`, `"schedule"`, `"best"`, `"stop"` and `"save"`; any
 * other name is as good.
 */
export interface Role {
  /** What it provides. */
  readonly provides?: ReadonlyArray<string>
  /** What some stage before it must provide. */
  readonly requires?: ReadonlyArray<string>
  /** What some stage of the epoch must provide, wherever it comes. */
  readonly alongside?: ReadonlyArray<string>
  /** It must come before every stage that provides one of these. */
  readonly before?: ReadonlyArray<string>
  /**
   * The metrics that it measures, given those of the objective (`loss`, `accuracy`, …). Left out, it
   * may measure anything: then a name is only checked once the first epoch has been measured.
   */
  readonly measures?:
    ReadonlyArray<string> | ((objective: ReadonlyArray<string>) => ReadonlyArray<string>)
  /** The metrics that it looks at, which a stage before it must measure. */
  readonly monitors?: (plan: RunPlan) => ReadonlyArray<Monitored>
  /** The name that its state has in checkpoints; no two stages can share one. */
  readonly state?: string
  /**
   * Whether the stop of a run that has ended early still stands, as an option may have changed since;
   * null: it was not this stage that stopped it. Asked as such a run is resumed.
   */
  readonly stopStands?: (run: Run) => Effect.Effect<boolean | null, StateError>
  /** What is done once training is over and saved, before the run is handed on. */
  readonly afterTraining?: (run: Run) => Effect.Effect<void, CheckpointError, Observer>
}
