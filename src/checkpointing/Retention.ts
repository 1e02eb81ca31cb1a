import * as Schema from "effect/Schema"
import type { RankedEntry } from "./CheckpointEntry.js"
import * as CheckpointEntries from "./CheckpointEntry.js"

const Count = Schema.Int.pipe(Schema.positive())

/** Which checkpoints of a run are kept. */
export const Retention = Schema.Struct({
  /** The last so many: the latest, and those before it. */
  keep_last: Schema.optionalWith(Count, { default: () => 2 }),
  /** The best so many. */
  keep_best: Schema.optionalWith(Count, { default: () => 1 }),
  /** What they are best by; null: what the run itself watches. */
  best_by: Schema.optionalWith(
    Schema.NullOr(Schema.Struct({ metric: Schema.String, mode: Schema.Literal("min", "max") })),
    { default: () => null }
  ),
  /** For ever, each that ends an epoch whose number is a multiple of this; null: none. */
  keep_every: Schema.optionalWith(Schema.NullOr(Count), { default: () => null }),
  /** Whether the newest that ends an epoch stays, however many of the middle of one are newer. */
  keep_epoch_end: Schema.optionalWith(Schema.Boolean, { default: () => false })
})
export type Retention = typeof Retention.Type

/** Keeps the latest, the one before, and the best. */
export const defaults: Retention = Schema.decodeSync(Retention)({})

/**
 * The checkpoints of one run that are kept for their rank, in whose favour others go. Always the
 * newest, and the best by each metric that the run tracks, whatever `retention` says.
 */
export const leading = <A extends RankedEntry>(
  candidates: ReadonlyArray<A>,
  retention: Retention
): ReadonlySet<A> => {
  const judge = CheckpointEntries.judge(candidates)
  const tracked = judge === undefined ? [] : CheckpointEntries.bestsOf(judge.meta)
  const by = retention.best_by ?? judge?.meta.best ?? null
  const newest = CheckpointEntries.newestFirst(candidates)
  const sound = newest.filter(({ meta }) => CheckpointEntries.isSound(meta))
  const epochEnds = sound.filter(({ meta }) => CheckpointEntries.isEpochEnd(meta))
  return new Set([
    ...newest.slice(0, 1),
    // Non-finite weights never push out finite ones.
    ...sound.slice(0, Math.max(1, retention.keep_last)),
    ...(retention.keep_epoch_end ? epochEnds.slice(0, 1) : []),
    ...(by === null
      ? []
      : CheckpointEntries.bestFirst(candidates, by).slice(0, retention.keep_best)),
    // What the run calls its best, and what is better by the same metric, if it was judged by another.
    ...tracked.flatMap(([name, best]) => [
      ...CheckpointEntries.bestUnder(candidates, name).slice(0, 1),
      ...CheckpointEntries.bestFirst(candidates, best).slice(0, 1)
    ])
  ])
}

/** The checkpoints of one run that need not be kept. */
export const expendable = <A extends RankedEntry>(
  candidates: ReadonlyArray<A>,
  retention: Retention
): ReadonlyArray<A> => {
  const every = retention.keep_every
  const kept = leading(candidates, retention)
  const isKeptForEver = ({ meta }: A) =>
    every !== null &&
    CheckpointEntries.isSound(meta) &&
    meta.step === 0 &&
    meta.epoch > 0 &&
    meta.epoch % every === 0
  return CheckpointEntries.newestFirst(candidates).filter(
    (one) => !kept.has(one) && !isKeptForEver(one)
  )
}
