import type { RankedEntry } from "../../CheckpointEntry.js"
import * as CheckpointEntries from "../../CheckpointEntry.js"
import * as Retention from "../../Retention.js"
import { expectedFor } from "../Recovery.js"

/** A folder of checkpoints, and the one that holds copies of them, which may be on another medium. */
export interface Tiers {
  /** This process holds its lock. */
  readonly folder: string
  readonly mirror: string
  readonly retention: Retention.Retention
}

/** Equal for a checkpoint and its copies, in whichever folder and under whichever name. */
export const keyOf = ({ meta: { global_step, run_id, saved_at } }: RankedEntry): string =>
  JSON.stringify([run_id, saved_at, global_step])

/**
 * What a run needs beside it to resume: the newest checkpoint, the bests of its run and, where retention
 * keeps one, the newest that ends an epoch. Each as all its copies, those in `here` first.
 */
export const needed = (
  here: ReadonlyArray<RankedEntry>,
  there: ReadonlyArray<RankedEntry>,
  retention: Retention.Retention
): ReadonlyArray<ReadonlyArray<RankedEntry>> => {
  const all = [...here, ...there]
  const local = new Set(here)
  const newest = CheckpointEntries.newestFirst(all)[0]
  const ends = !retention.keep_epoch_end
    ? []
    : CheckpointEntries.newestFirst(all).filter(
        ({ meta }) =>
          meta.run_id === newest?.meta.run_id &&
          CheckpointEntries.isEpochEnd(meta) &&
          CheckpointEntries.isSound(meta)
      )
  const end = ends[0]
  const groups = [
    ...expectedFor(all).values(),
    ...(end === undefined ? [] : [ends.filter((one) => keyOf(one) === keyOf(end))])
  ]
  return groups
    .filter((copies) => copies.length > 0)
    .map((copies) => [
      ...copies.filter((one) => local.has(one)),
      ...copies.filter((one) => !local.has(one))
    ])
}

/**
 * The checkpoint of `here` to copy next to `there`: the newest of the newest run that is missing there and
 * that retention would keep, or that is pinned.
 */
export const nextUpload = <A extends RankedEntry>(
  here: ReadonlyArray<A>,
  there: ReadonlyArray<A>,
  retention: Retention.Retention,
  isPinned: (one: A) => boolean
): A | undefined => {
  const newest = CheckpointEntries.newestFirst(here)
  const isOfRun = ({ meta }: RankedEntry) => meta.run_id === newest[0]?.meta.run_id
  const known = new Set(there.map(keyOf))
  const missing = newest.filter((one) => {
    const isMissing = isOfRun(one) && !known.has(keyOf(one))
    known.add(keyOf(one))
    return isMissing
  })
  const expendable = new Set(
    Retention.expendable([...missing, ...there.filter(isOfRun)], retention)
  )
  return missing.find((one) => !expendable.has(one) || isPinned(one))
}
