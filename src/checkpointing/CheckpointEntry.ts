import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import type { Best, Checkpoint, CheckpointMeta, Position } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import { isFurther, type BestName, type CheckpointName } from "./FileNames.js"

/** A checkpoint found in a folder, intact or damaged. */
export interface CheckpointEntry {
  readonly path: string
  /** The file's name. */
  readonly name: string
  readonly modified: Date
  readonly bytes: number
  /** The well-known names that stand for this checkpoint. */
  readonly aliases: ReadonlyArray<CheckpointName>
  /** Whether it is kept permanently. */
  readonly pinned: boolean
  /** The metadata if the header is intact; the tensors are verified when it is loaded. */
  readonly health: Either.Either<CheckpointMeta, CheckpointError>
}

/** An entry whose header is intact. */
export interface IntactEntry extends CheckpointEntry {
  readonly meta: CheckpointMeta
}

/** An entry that is intact to the last byte, loaded. */
export interface LoadedCheckpoint extends IntactEntry {
  readonly checkpoint: Checkpoint
}

/** The fields that decide which of several checkpoints is the newest, or the best. */
export interface RankKey extends Pick<
  CheckpointMeta,
  "run_id" | "saved_at" | "epoch" | "step" | "global_step" | "best" | "bests" | "finite"
> {
  readonly position: Pick<Position, "stage" | "metrics">
  /** At least the last record. */
  readonly train_history: ReadonlyArray<Readonly<Record<string, number>>>
}

/** A checkpoint that can be ranked among others. */
export interface RankedEntry {
  readonly path: string
  readonly name: string
  readonly meta: RankKey
}

/** The entries whose header is intact, in the given order. */
export const intact = (entries: ReadonlyArray<CheckpointEntry>): ReadonlyArray<IntactEntry> =>
  entries.flatMap((entry) =>
    Either.match(entry.health, {
      onLeft: () => [],
      onRight: (meta) => [{ ...entry, meta }]
    })
  )

/** The errors of damaged entries. */
export const errors = (entries: ReadonlyArray<CheckpointEntry>): ReadonlyArray<CheckpointError> =>
  entries.flatMap(({ health }) => (Either.isLeft(health) ? [health.left] : []))

const compare = <A extends string | number>(a: A, b: A) => (a < b ? -1 : a > b ? 1 : 0)

/** Which of two checkpoints is newer, by their metadata: file times do not survive copying. */
export const byAge: Order.Order<RankedEntry> = (a, b) =>
  compare(a.meta.saved_at, b.meta.saved_at) ||
  compare(a.meta.global_step, b.meta.global_step) ||
  compare(b.name, a.name)

/** Whether `a` was saved later than `b`, or further into the run. Copies of one are equally old. */
export const isNewer = (a: RankKey, b: RankKey): boolean =>
  (compare(a.saved_at, b.saved_at) || compare(a.global_step, b.global_step)) > 0

const newer = Order.max(byAge)

/** Newest first. */
export const newestFirst = <A extends RankedEntry>(ranked: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...ranked].sort(Order.reverse(byAge))

/**
 * The value of `metric` for the weights of a checkpoint: none in the middle of training, when they have
 * changed since it was measured.
 */
export const metricOf = (meta: RankKey, metric: string): Option.Option<number> =>
  Option.fromNullable(
    meta.position.metrics[metric] ??
      (meta.step === 0 && meta.position.stage === null
        ? meta.train_history.at(-1)?.[metric]
        : undefined)
  )

/** The best epochs of a run, by each metric that it tracks, under the names of their checkpoints. */
export const bestsOf = ({
  best,
  bests = {}
}: Pick<RankKey, "best" | "bests">): ReadonlyArray<readonly [BestName, Best]> => [
  ...(best === null ? [] : [["best", best] as const]),
  ...Object.entries(bests).flatMap(([name, one]) => (isFurther(name) ? [[name, one] as const] : []))
]

/** Whether the weights are finite, or nobody has checked. */
export const isSound = ({ finite }: Pick<RankKey, "finite">): boolean => finite !== false

/** Whether the position of a checkpoint is between two epochs, or before the first. */
export const isEpochEnd = ({ position, step }: RankKey): boolean =>
  step === 0 && position.stage === null

/** Whether a checkpoint has the weights that `best`, of the run of a given one, refers to. */
export const isBestOf =
  ({ run_id }: RankKey, best: Best) =>
  (meta: RankKey): boolean => {
    if (meta.run_id !== run_id) return false
    // The current epoch if that has the value already, else the last.
    const epoch = best.metric in meta.position.metrics ? meta.epoch + 1 : meta.epoch
    return (
      epoch === best.epoch && Equal.equals(metricOf(meta, best.metric), Option.some(best.value))
    )
  }

/** Those with finite weights and a value for the metric, best first; NaN counts as no value. */
export const bestFirst = <A extends RankedEntry>(
  ranked: ReadonlyArray<A>,
  { metric, mode }: Pick<Best, "metric" | "mode">
): ReadonlyArray<A> => {
  const valued = newestFirst(ranked).flatMap((one) =>
    Option.match(metricOf(one.meta, metric), {
      onNone: () => [],
      onSome: (value) => (Number.isNaN(value) || !isSound(one.meta) ? [] : [{ one, value }])
    })
  )
  const sign = mode === "min" ? 1 : -1
  // Of equals the oldest, which is the one a run calls its best.
  return valued
    .reverse()
    .sort((a, b) => sign * compare(a.value, b.value))
    .map(({ one }) => one)
}

/** The newest checkpoint with a best, whose metrics rank the others. */
export const rankedBy = (ranked: ReadonlyArray<RankedEntry>): RankedEntry | undefined =>
  ranked
    .filter(({ meta }) => meta.best !== null)
    .reduce<RankedEntry | undefined>((a, b) => (a === undefined ? b : newer(a, b)), undefined)

/**
 * The checkpoints for a name of a best one, the preferred first: the one that the newest with a best
 * refers to, then the others by its metric. After the metric of a run was changed, none from before
 * counts as its best, whatever its value.
 */
export const bestUnder = <A extends RankedEntry>(
  ranked: ReadonlyArray<A>,
  name: BestName
): ReadonlyArray<A> => {
  const by = rankedBy(ranked)?.meta
  const best = by && bestsOf(by).find(([one]) => one === name)?.[1]
  if (by === undefined || best === undefined) return []
  const isIt = isBestOf(by, best)
  const all = bestFirst(ranked, best)
  return [...all.filter(({ meta }) => isIt(meta)), ...all.filter(({ meta }) => !isIt(meta))]
}

/** The best that ranks the checkpoints in a folder, with its metric. */
export const monitored = (entries: ReadonlyArray<CheckpointEntry>): Option.Option<Best> =>
  Option.fromNullable(rankedBy(intact(entries))?.meta.best)
