import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Checkpoint } from "../Checkpoint.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointEntry, LoadedCheckpoint } from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointName } from "../FileNames.js"
import { preferred, selectCheckpoint } from "../SelectCheckpoint.js"
import { Storage, type StorageOperations } from "../Storage.js"
import type { CheckpointReader, FolderScan } from "./CheckpointStoreService.js"
import * as FolderScanner from "./FolderScan.js"
import * as Listing from "./Listing.js"

type Load = (path: string) => Effect.Effect<Checkpoint, CheckpointError>

/** Finders in the list of a folder. */
const scanOf = (entries: ReadonlyArray<CheckpointEntry>, load: Load): FolderScan => {
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
  return { entries, latest: find("latest"), best: find("best") }
}

/** The reader of a folder. */
export const readerOf = (
  storage: StorageOperations,
  folder: string,
  load: Load
): CheckpointReader => {
  const run = Effect.provideService(Storage, storage)
  const list = run(Listing.list(folder))
  // A scan reads the beginnings of files, and of these only those that have changed.
  const find = (name: CheckpointName) =>
    Effect.gen(function* () {
      const { errors, ranked } = yield* run(FolderScanner.scan(folder))
      const found = yield* selectCheckpoint({ ranked: preferred(ranked, name), errors }, load)
      if (Option.isNone(found)) return Option.none<LoadedCheckpoint>()
      const { checkpoint, entry } = found.value
      return Option.map(
        yield* run(Listing.named(folder, entry.name)),
        (listed): LoadedCheckpoint => ({ ...listed, meta: checkpoint.meta, checkpoint })
      )
    })
  return {
    path: folder,
    list,
    scan: Effect.map(list, (entries) => scanOf(entries, load)),
    latest: find("latest"),
    best: find("best"),
    load: ({ path }) => load(path)
  }
}
