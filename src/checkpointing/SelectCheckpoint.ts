import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import type { Checkpoint } from "./Checkpoint.js"
import type { LoadedCheckpoint, RankedEntry } from "./CheckpointEntry.js"
import * as CheckpointEntries from "./CheckpointEntry.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { CheckpointName } from "./FileNames.js"
import type { CheckpointReader } from "./store/CheckpointStoreService.js"

/** The checkpoints to choose from, and the errors of those that cannot be ranked. */
export interface ScanResult<A extends RankedEntry = RankedEntry> {
  readonly ranked: ReadonlyArray<A>
  readonly errors: ReadonlyArray<CheckpointError>
}

/** An intact checkpoint, loaded, and its entry. */
export interface SelectedCheckpoint<A extends RankedEntry> {
  readonly entry: A
  readonly checkpoint: Checkpoint
}

/** The checkpoints for a name, the preferred one first. */
export const preferred = <A extends RankedEntry>(
  ranked: ReadonlyArray<A>,
  name: CheckpointName
): ReadonlyArray<A> =>
  name === "latest"
    ? CheckpointEntries.newestFirst(ranked)
    : CheckpointEntries.bestUnder(ranked, name)

/**
 * Loads the first intact checkpoint of `ranked`. Damaged ones are named in warnings and skipped, and
 * so are those whose weights are not finite, which come after all others. One that merely cannot be
 * read is an error: it may be the one that is wanted.
 */
export const selectCheckpoint = <A extends RankedEntry>(
  { ranked, errors }: ScanResult<A>,
  load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
): Effect.Effect<Option.Option<SelectedCheckpoint<A>>, CheckpointError> =>
  Effect.gen(function* () {
    const skip = (error: CheckpointError) =>
      error.reason === "Unreadable"
        ? Effect.fail(error)
        : Effect.logWarning(t`skipped: ${error.message}`)
    yield* Effect.forEach(errors, skip, { discard: true })
    const nonFinite: Array<A> = []
    for (const entry of ranked) {
      if (!CheckpointEntries.isSound(entry.meta)) {
        nonFinite.push(entry)
        continue
      }
      const loaded = yield* Effect.either(load(entry.path))
      if (Either.isLeft(loaded)) {
        yield* skip(loaded.left)
      } else if (CheckpointEntries.isSound(loaded.right.meta)) {
        for (const { path } of nonFinite) {
          yield* Effect.logWarning(t`skipped: ${path} has weights that are NaN or infinite`)
        }
        return Option.some({ entry, checkpoint: loaded.right })
      } else {
        nonFinite.push(entry)
      }
    }
    for (const entry of nonFinite) {
      const loaded = yield* Effect.either(load(entry.path))
      if (Either.isRight(loaded)) return Option.some({ entry, checkpoint: loaded.right })
      yield* skip(loaded.left)
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
