import * as Context from "effect/Context"

/** What `epochs` tells the stages that it runs about the epoch around them. */
export class EpochContext extends Context.Reference<EpochContext>()("holdfast/EpochContext", {
  defaultValue: (): {
    /** The stage that is running; null outside of an epoch. */
    readonly current: {
      readonly isResumable: boolean
      /** The name of the stage that follows; null for the last. */
      readonly next: string | null
    } | null
    /**
     * The state name (see `Role`) of the stage whose best the run keeps as `best_model`: the first
     * in the epoch that tracks one.
     */
    readonly primary: string | null
  } => ({ current: null, primary: null })
}) {}
