import * as Context from "effect/Context"

/** What prepares the batches of a dataset where `training.data_workers` is "auto". */
export interface Preparation {
  /** null: training has not decided, and threads begin once the main thread has worked for half a second. */
  by: "workers" | "thread" | null
  /** How many threads there are at most. */
  threads: number
  /** How often functions were called, in threads or not, since the dataset was loaded. */
  calls: number
}

export const make = (): Preparation => ({ by: null, threads: 0, calls: 0 })

/** That of the dataset that is being loaded. */
export class CurrentPreparation extends Context.Reference<CurrentPreparation>()(
  "holdfast/Preparation",
  { defaultValue: make }
) {}

const known = new WeakMap<object, Preparation>()

/** Has training decide what prepares the batches of a dataset that is loaded. */
export const attach = (dataset: object, preparation: Preparation): void => {
  preparation.calls = 0
  known.set(dataset, preparation)
}

/** That of a dataset; null: nothing is known of it. */
export const of = (dataset: object): Preparation | null => known.get(dataset) ?? null
