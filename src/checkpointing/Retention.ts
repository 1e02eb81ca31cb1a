import * as Schema from "effect/Schema"
import type { RankedEntry } from "./CheckpointEntry.js"
import * as CheckpointEntries from "./CheckpointEntry.js"

const Count = Schema.Int.pipe(Schema.positive())

/** Which checkpoints of a run are kept. */
export const Retention = Schema.Struct({
  /** How many of the newest: the latest, and those before it. */
  keep_last: Schema.optionalWith(Count, { default: () => 2 }),
  /** How many of the best. */
  keep_best: Schema.optionalWith(Count, { default: () => 1 }),
  /** The metric that ranks them; null: the one that the run monitors. */
  best_by: Schema.optionalWith(
    Schema.NullOr(Schema.Struct({ metric: Schema.String, mode: Schema.Literal("min", "max") })),
    { default: () => null }
  ),
  /** Keeps every checkpoint that ends an epoch with a multiple of this number; null: none. */
  keep_every: Schema.optionalWith(Schema.NullOr(Count), { default: () => null }),
  /** Whether the newest that ends an epoch is kept, however many from within one are newer. */
  keep_epoch_end: Schema.optionalWith(Schema.Boolean, { default: () => false })
})
export type Retention = typeof Retention.Type

/** Keeps the latest, the one before, and the best. */
export const defaults: Retention = Schema.decodeSync(Retention)({})

/**
 * The checkpoints of one run that are kept for their rank, and replace others. Always the newest, and
 * the best by each metric that the run tracks, whatever `retention` says.
 */
export const leading = <A extends RankedEntry>(
  entries: ReadonlyArray<A>,
  retention: Retention
): ReadonlySet<A> => {
  const newestWithBest = CheckpointEntries.rankedBy(entries)
  const tracked = newestWithBest === undefined ? [] : CheckpointEntries.bestsOf(newestWithBest.meta)
  const by = retention.best_by ?? newestWithBest?.meta.best ?? null
  const newest = CheckpointEntries.newestFirst(entries)
  const sound = newest.filter(({ meta }) => CheckpointEntries.isSound(meta))
  const epochEnds = sound.filter(({ meta }) => CheckpointEntries.isEpochEnd(meta))
  return new Set([
    ...newest.slice(0, 1),
    // Non-finite weights never replace finite ones.
    ...sound.slice(0, Math.max(1, retention.keep_last)),
    ...(retention.keep_epoch_end ? epochEnds.slice(0, 1) : []),
    ...(by === null ? [] : CheckpointEntries.bestFirst(entries, by).slice(0, retention.keep_best)),
    // The best of the run, and what is better by the same metric if the run monitored another.
    ...tracked.flatMap(([name, best]) => [
      ...CheckpointEntries.bestUnder(entries, name).slice(0, 1),
      ...CheckpointEntries.bestFirst(entries, best).slice(0, 1)
    ])
  ])
}

/** The checkpoints of one run that need not be kept. */
export const expendable = <A extends RankedEntry>(
  entries: ReadonlyArray<A>,
  retention: Retention
): ReadonlyArray<A> => {
  const every = retention.keep_every
  const kept = leading(entries, retention)
  const isKeptByEpoch = ({ meta }: A) =>
    every !== null &&
    CheckpointEntries.isSound(meta) &&
    meta.step === 0 &&
    meta.epoch > 0 &&
    meta.epoch % every === 0
  return CheckpointEntries.newestFirst(entries).filter(
    (one) => !kept.has(one) && !isKeptByEpoch(one)
  )
}
