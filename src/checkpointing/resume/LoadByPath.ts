import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"
import { CheckpointStore } from "../store/CheckpointStore.js"

// Finding one takes reading all of it.
const enough = 3

/** Some of the newest intact checkpoints in `folders`. */
const intactIn = Effect.fn("LoadByPath.intactIn")(function* (folders: ReadonlyArray<string>) {
  const store = yield* CheckpointStore
  const lists = yield* Effect.forEach(folders, store.list)
  const found: Array<string> = []
  for (const { path } of CheckpointEntries.newestFirst(CheckpointEntries.intact(lists.flat()))) {
    if (found.length === enough) break
    const [verified] = yield* store.verify(path)
    if (verified !== undefined && Either.isRight(verified.health)) found.push(path)
  }
  return found
})

/**
 * Loads the checkpoint at `path`, which the user has named. If it is not intact, the error names
 * others that are: beside it, and in `folder`, where the run keeps its own.
 */
export const loadByPath = (
  path: string,
  folder: string
): Effect.Effect<Checkpoint, CheckpointError, CheckpointStore> =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const beside = store.folderOf(path)
    const folders = (yield* store.holds(folder, path)) ? [folder] : [beside, folder]
    return yield* Effect.catchAll(store.load(path), ({ reason, detail }) =>
      Effect.flatMap(
        Effect.orElseSucceed(intactIn(folders), () => []),
        (others) => Effect.fail(new CheckpointError({ reason, path, detail, others }))
      )
    )
  })
