import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"
import { CheckpointStore } from "../store/CheckpointStore.js"

// To find one is to read all of it.
const enough = 3

/** Some of the newest checkpoints in `folders` that are whole to the last byte. */
const whole = Effect.fn("Named.whole")(function* (folders: ReadonlyArray<string>) {
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
 * Loads the checkpoint at `path`, which the user has named. If it is not whole, the error names
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
        Effect.orElseSucceed(whole(folders), () => []),
        (others) => Effect.fail(new CheckpointError({ reason, path, detail, others }))
      )
    )
  })
