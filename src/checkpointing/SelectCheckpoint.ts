import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import type { CheckpointEntry, LoadedCheckpoint, RankedEntry } from "./CheckpointEntry.js"
import * as CheckpointEntries from "./CheckpointEntry.js"
import type { Checkpoint } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { CheckpointReader } from "./store/CheckpointStore.js"
import type { CheckpointName } from "./FileNames.js"

/** What there is to choose from, and what is wrong with the rest. */
export interface ScanResult {
  readonly ranked: ReadonlyArray<RankedEntry>
  readonly errors: ReadonlyArray<CheckpointError>
}

/** A whole checkpoint, and where it was. */
export interface Selected {
  readonly place: RankedEntry
  readonly checkpoint: Checkpoint
}

/** The checkpoints for a name, the one to be preferred first. */
export const preferred = (
  ranked: ReadonlyArray<RankedEntry>,
  name: CheckpointName
): ReadonlyArray<RankedEntry> =>
  name === "latest"
    ? CheckpointEntries.newestFirst(ranked)
    : CheckpointEntries.bestUnder(ranked, name)

/**
 * Finds the first of `ranked` that is whole to the last byte. Damaged ones are named in warnings, and
 * so are those whose weights are not finite, of which the first comes only after all others. One that
 * merely cannot be read is an error: it may be the one that is wanted.
 */
export const selectCheckpoint = (
  { ranked, errors }: ScanResult,
  load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
): Effect.Effect<Option.Option<Selected>, CheckpointError> =>
  Effect.gen(function* () {
    const passOver = (error: CheckpointError) =>
      error.reason === "Unreadable"
        ? Effect.fail(error)
        : Effect.logWarning(t`passed over: ${error.message}`)
    yield* Effect.forEach(errors, passOver, { discard: true })
    const unsound: Array<RankedEntry> = []
    for (const place of ranked) {
      if (!CheckpointEntries.isSound(place.meta)) {
        unsound.push(place)
        continue
      }
      const loaded = yield* Effect.either(load(place.path))
      if (Either.isLeft(loaded)) {
        yield* passOver(loaded.left)
      } else if (CheckpointEntries.isSound(loaded.right.meta)) {
        for (const { path } of unsound) {
          yield* Effect.logWarning(t`passed over: ${path} holds weights that are NaN or infinite`)
        }
        return Option.some({ place, checkpoint: loaded.right })
      } else {
        unsound.push(place)
      }
    }
    for (const place of unsound) {
      const loaded = yield* Effect.either(load(place.path))
      if (Either.isRight(loaded)) return Option.some({ place, checkpoint: loaded.right })
      yield* passOver(loaded.left)
    }
    return Option.none()
  })

/** The newest intact checkpoint of a run in a folder that ends an epoch, or precedes the first. */
export const epochEnd = (
  folder: CheckpointReader,
  runId: string
): Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError> =>
  Effect.gen(function* () {
    const ends = CheckpointEntries.intact(yield* folder.list).filter(
      ({ meta }) =>
        meta.run_id === runId &&
        CheckpointEntries.isEpochEnd(meta) &&
        CheckpointEntries.isSound(meta)
    )
    for (const one of CheckpointEntries.newestFirst(ends)) {
      const loaded = yield* Effect.option(folder.load(one))
      if (Option.exists(loaded, ({ meta }) => CheckpointEntries.isSound(meta))) {
        return Option.map(loaded, (checkpoint) => ({ ...one, checkpoint }))
      }
    }
    return Option.none()
  })

/** How the checkpoints of a folder are looked at. */
export interface Access {
  readonly path: string
  readonly list: Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
  /** As much of what is in the folder as a choice needs. */
  readonly scan: Effect.Effect<ScanResult, CheckpointError>
  readonly load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
  /** All that can be said of what was found; none if it is gone by now. */
  readonly describe: (
    place: RankedEntry
  ) => Effect.Effect<Option.Option<CheckpointEntry>, CheckpointError>
}

/** The shelf of a folder. */
export const readerOf = ({ path, list, scan, load, describe }: Access): CheckpointReader => {
  const find = (name: CheckpointName) =>
    Effect.gen(function* () {
      const { errors, ranked } = yield* scan
      const choice = yield* selectCheckpoint({ ranked: preferred(ranked, name), errors }, load)
      if (Option.isNone(choice)) return Option.none<LoadedCheckpoint>()
      const { place, checkpoint } = choice.value
      const described = yield* describe(place)
      return Option.map(described, (one): LoadedCheckpoint => ({
        ...one,
        meta: checkpoint.meta,
        checkpoint
      }))
    })
  return {
    path,
    list,
    load: (one) => load(one.path),
    latest: find("latest"),
    best: find("best")
  }
}
