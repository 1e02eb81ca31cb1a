import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import type { Checkpoint } from "../Checkpoint.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { LoadedCheckpoint } from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointName } from "../FileNames.js"
import { preferred, selectCheckpoint, type ScanResult } from "../SelectCheckpoint.js"
import { Storage, type StorageOperations } from "../Storage.js"
import type { CheckpointReader, FolderScan } from "./CheckpointStoreService.js"
import * as FolderScanner from "./FolderScan.js"
import * as Listing from "./Listing.js"

type Load = (path: string) => Effect.Effect<Checkpoint, CheckpointError>

/** Finders in the list of a folder, and of what its mirror has beside. */
const scanOf = (entries: ReadonlyArray<Listing.FolderEntry>, load: Load): FolderScan => {
  const intact = CheckpointEntries.intact(entries)
  const errors = CheckpointEntries.errors(entries)
  const find = (name: CheckpointName) =>
    Effect.map(
      selectCheckpoint({ ranked: preferred(intact, name), errors }, load),
      Option.map(({ checkpoint, entry }): LoadedCheckpoint => ({
        ...entry,
        meta: checkpoint.meta,
        checkpoint
      }))
    )
  return { entries: withoutCopies(entries), latest: find("latest"), best: find("best") }
}

/** Each checkpoint once, of its copies in a folder and a mirror the first; newest first. */
const withoutCopies = (entries: ReadonlyArray<Listing.FolderEntry>) => {
  const known = new Set<string>()
  const distinct = entries.filter(({ digest, path }) => {
    const isNew = !known.has(digest ?? path)
    known.add(digest ?? path)
    return isNew
  })
  return Listing.newestFirst(distinct)
}

/** The reader of a folder, and of its mirror if it has one. */
export const readerOf = (
  storage: StorageOperations,
  folder: string,
  mirror: string | null,
  load: Load
): CheckpointReader => {
  const run = Effect.provideService(Storage, storage)
  /** What is in the folder, and in the mirror: where that cannot be read, the folder may do. */
  const inBoth = <A>(
    read: (folder: string) => Effect.Effect<A, CheckpointError, Storage>,
    isEmpty: (found: A) => boolean,
    join: (here: A, there: A) => A
  ): Effect.Effect<A, CheckpointError> =>
    Effect.flatMap(run(read(folder)), (here) =>
      mirror === null
        ? Effect.succeed(here)
        : run(read(mirror)).pipe(
            Effect.map((there) => join(here, there)),
            Effect.catchAll((error) =>
              isEmpty(here)
                ? Effect.fail(error)
                : Effect.as(Effect.logWarning(t`only ${folder} is read: ${error.message}`), here)
            )
          )
    )
  const listed = inBoth(
    Listing.list,
    (found: ReadonlyArray<Listing.FolderEntry>) => found.length === 0,
    (here, there) => [...here, ...there]
  )
  const list = Effect.map(listed, withoutCopies)
  // A scan reads the beginnings of files, and of these only those that have changed.
  const find = (name: CheckpointName) =>
    Effect.gen(function* () {
      const { errors, ranked } = yield* inBoth(
        FolderScanner.scan,
        (found: ScanResult) => found.ranked.length === 0,
        (here, there) => ({
          ranked: [...here.ranked, ...there.ranked],
          errors: [...here.errors, ...there.errors]
        })
      )
      const found = yield* selectCheckpoint({ ranked: preferred(ranked, name), errors }, load)
      if (Option.isNone(found)) return Option.none<LoadedCheckpoint>()
      const { checkpoint, entry } = found.value
      return Option.map(
        yield* run(Listing.named(storage.split(entry.path).folder, entry.name)),
        (listed): LoadedCheckpoint => ({ ...listed, meta: checkpoint.meta, checkpoint })
      )
    })
  return {
    path: folder,
    list,
    scan: Effect.map(listed, (entries) => scanOf(entries, load)),
    latest: find("latest"),
    best: find("best"),
    load: ({ path }) => load(path)
  }
}
