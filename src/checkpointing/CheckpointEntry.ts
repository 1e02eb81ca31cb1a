import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import type { Best, Checkpoint, CheckpointMeta, Position } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import { isFurther, type BestName, type CheckpointName } from "./FileNames.js"

/** A checkpoint found in a folder, which a run may go on from, or what is left of one. */
export interface CheckpointEntry {
  readonly path: string
  /** The file's name. */
  readonly name: string
  readonly modified: Date
  readonly bytes: number
  /** The two well-known names, so far as they stand for this checkpoint. */
  readonly aliases: ReadonlyArray<CheckpointName>
  /** Whether it is to be kept for ever. */
  readonly pinned: boolean
  /** What its header says, if that is whole; its tensors are verified when it is loaded. */
  readonly health: Either.Either<CheckpointMeta, CheckpointError>
}

/** A candidate whose header is whole. */
export interface IntactEntry extends CheckpointEntry {
  readonly meta: CheckpointMeta
}

/** A candidate that is whole to the last byte, loaded. */
export interface LoadedCheckpoint extends IntactEntry {
  readonly checkpoint: Checkpoint
}

/** What of a checkpoint decides which of several is the newest, or the best. */
export interface RankKey extends Pick<
  CheckpointMeta,
  "run_id" | "saved_at" | "epoch" | "step" | "global_step" | "best" | "bests" | "finite"
> {
  readonly position: Pick<Position, "stage" | "metrics">
  /** The last of its records at least. */
  readonly train_history: ReadonlyArray<Readonly<Record<string, number>>>
}

/** A checkpoint that can be ranked among others. */
export interface RankedEntry {
  readonly path: string
  readonly name: string
  readonly meta: RankKey
}

/** The candidates whose header is whole, in the order given. */
export const intact = (candidates: ReadonlyArray<CheckpointEntry>): ReadonlyArray<IntactEntry> =>
  candidates.flatMap((candidate) =>
    Either.match(candidate.health, {
      onLeft: () => [],
      onRight: (meta) => [{ ...candidate, meta }]
    })
  )

/** What is wrong with those that are not whole. */
export const errors = (
  candidates: ReadonlyArray<CheckpointEntry>
): ReadonlyArray<CheckpointError> =>
  candidates.flatMap(({ health }) => (Either.isLeft(health) ? [health.left] : []))

const compare = <A extends string | number>(a: A, b: A) => (a < b ? -1 : a > b ? 1 : 0)

/** Which of two checkpoints is newer, by what they say; file times do not survive copying. */
export const byAge: Order.Order<RankedEntry> = (a, b) =>
  compare(a.meta.saved_at, b.meta.saved_at) ||
  compare(a.meta.global_step, b.meta.global_step) ||
  compare(b.name, a.name)

/** Whether a run had come further at `a`, or had been saved later. Copies of one are equally old. */
export const isNewer = (a: RankKey, b: RankKey): boolean =>
  (compare(a.saved_at, b.saved_at) || compare(a.global_step, b.global_step)) > 0

const newer = Order.max(byAge)

/** Newest first. */
export const newestFirst = <A extends RankedEntry>(ranked: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...ranked].sort(Order.reverse(byAge))

/**
 * The value of `metric` that was measured with the very weights of a checkpoint: none in the middle
 * of training, when they have changed since.
 */
export const metricOf = (meta: RankKey, metric: string): Option.Option<number> =>
  Option.fromNullable(
    meta.position.metrics[metric] ??
      (meta.step === 0 && meta.position.stage === null
        ? meta.train_history.at(-1)?.[metric]
        : undefined)
  )

/** What a run calls its best, under the name that it has: by each metric that it tracks. */
export const bestsOf = ({
  best,
  bests = {}
}: Pick<RankKey, "best" | "bests">): ReadonlyArray<readonly [BestName, Best]> => [
  ...(best === null ? [] : [["best", best] as const]),
  ...Object.entries(bests).flatMap(([name, one]) => (isFurther(name) ? [[name, one] as const] : []))
]

/** Whether nothing speaks against the weights: they are finite, or nobody has looked. */
export const isSound = ({ finite }: Pick<RankKey, "finite">): boolean => finite !== false

/** Whether a checkpoint holds a run between two epochs, or before the first. */
export const isEpochEnd = ({ position, step }: RankKey): boolean =>
  step === 0 && position.stage === null

/** Tells the checkpoints that hold the very weights that `meta` calls its run's `best`. */
export const isBestOf =
  ({ run_id }: RankKey, best: Best) =>
  (meta: RankKey): boolean => {
    if (meta.run_id !== run_id) return false
    // Of the epoch under way if that has the value already, else of the last.
    const epoch = best.metric in meta.position.metrics ? meta.epoch + 1 : meta.epoch
    return (
      epoch === best.epoch && Equal.equals(metricOf(meta, best.metric), Option.some(best.value))
    )
  }

/** Sound ones with a value for the metric, best first; NaN counts as no value. */
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
  // Of equals, the one that was there first: it is the one a run calls its best.
  return valued
    .reverse()
    .sort((a, b) => sign * compare(a.value, b.value))
    .map(({ one }) => one)
}

/** The newest with a best, by whose metrics runs are judged. */
export const judge = (ranked: ReadonlyArray<RankedEntry>): RankedEntry | undefined =>
  ranked
    .filter(({ meta }) => meta.best !== null)
    .reduce<RankedEntry | undefined>((a, b) => (a === undefined ? b : newer(a, b)), undefined)

/** The metric that runs were judged by: what the newest with a best names. */
export const judgedBy = (ranked: ReadonlyArray<RankedEntry>): Option.Option<Best> =>
  Option.fromNullable(judge(ranked)?.meta.best)

/**
 * The best under a name first: what the newest with a best calls so, then the others by its metric. A
 * run whose metric has been changed calls none from before its best, whatever its value.
 */
export const bestUnder = <A extends RankedEntry>(
  ranked: ReadonlyArray<A>,
  name: BestName
): ReadonlyArray<A> => {
  const by = judge(ranked)?.meta
  const best = by && bestsOf(by).find(([one]) => one === name)?.[1]
  if (by === undefined || best === undefined) return []
  const isIt = isBestOf(by, best)
  const all = bestFirst(ranked, best)
  return [...all.filter(({ meta }) => isIt(meta)), ...all.filter(({ meta }) => !isIt(meta))]
}

/** The metric that the runs in a folder were judged by. */
export const watched = (candidates: ReadonlyArray<CheckpointEntry>): Option.Option<Best> =>
  judgedBy(intact(candidates))
