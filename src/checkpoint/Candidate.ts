import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import type { Best, CheckpointMeta } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { CheckpointName } from "./Names.js"

/** A checkpoint found in a folder, which a run may go on from, or what is left of one. */
export interface Candidate {
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
export interface Whole extends Candidate {
  readonly meta: CheckpointMeta
}

/** The candidates whose header is whole, in the order given. */
export const whole = (candidates: ReadonlyArray<Candidate>): ReadonlyArray<Whole> =>
  candidates.flatMap((candidate) =>
    Either.match(candidate.health, {
      onLeft: () => [],
      onRight: (meta) => [{ ...candidate, meta }]
    })
  )

/** What is wrong with those that are not whole. */
export const errors = (candidates: ReadonlyArray<Candidate>): ReadonlyArray<CheckpointError> =>
  candidates.flatMap(({ health }) => (Either.isLeft(health) ? [health.left] : []))

/** Which of two checkpoints is newer, by what they say; file times do not survive copying. */
export const byAge: Order.Order<Whole> = Order.combineAll([
  Order.mapInput(Order.string, ({ meta }: Whole) => meta.saved_at),
  Order.mapInput(Order.number, ({ meta }: Whole) => meta.global_step),
  Order.reverse(Order.mapInput(Order.string, ({ name }: Whole) => name))
])

/** The whole candidates, newest first. */
export const newestFirst = (candidates: ReadonlyArray<Candidate>): ReadonlyArray<Whole> =>
  [...whole(candidates)].sort(Order.reverse(byAge))

/**
 * The value of `metric` that was measured with the very weights of a checkpoint: none in the middle
 * of training, when they have changed since.
 */
export const metricOf = (meta: CheckpointMeta, metric: string): Option.Option<number> =>
  Option.fromNullable(
    meta.position.metrics[metric] ??
      (meta.step === 0 && meta.position.stage === null
        ? meta.train_history.at(-1)?.[metric]
        : undefined)
  )

/** The whole candidates with a value for the metric, best first; NaN counts as no value. */
export const bestFirst = (
  candidates: ReadonlyArray<Candidate>,
  { metric, mode }: Pick<Best, "metric" | "mode">
): ReadonlyArray<Whole> => {
  const valued = newestFirst(candidates).flatMap((candidate) =>
    Option.match(metricOf(candidate.meta, metric), {
      onNone: () => [],
      onSome: (value) => (Number.isNaN(value) ? [] : [{ candidate, value }])
    })
  )
  const sign = mode === "min" ? 1 : -1
  // Of equals, the one that was there first: it is the one a run calls its best.
  return valued
    .reverse()
    .sort((a, b) => sign * (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
    .map(({ candidate }) => candidate)
}

/** The metric that the runs in a folder were judged by: what the newest with a best names. */
export const watched = (candidates: ReadonlyArray<Candidate>): Option.Option<Best> =>
  Option.fromNullable(newestFirst(candidates).find(({ meta }) => meta.best !== null)?.meta.best)
