import type { EpochRecord } from "./Checkpoint.js"

const others = new Set(["epoch", "learning_rate", "seconds"])

/** The metrics that epochs record: all but the fields that every record has. */
export const metricsOf = (history: ReadonlyArray<EpochRecord>): ReadonlyArray<string> =>
  [...new Set(history.flatMap(Object.keys))].filter((name) => !others.has(name))
