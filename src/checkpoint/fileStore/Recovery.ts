import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as AtomicFile from "../../file/AtomicFile.js"
import * as Folder from "../../file/Folder.js"
import type { Ranked } from "../Candidate.js"
import * as Candidates from "../Candidate.js"
import * as CheckpointFile from "../CheckpointFile.js"
import type { CheckpointName } from "../Names.js"
import * as Names from "../Names.js"
import * as Listing from "./Listing.js"
import { scan } from "./Scan.js"

/** What each of the well-known names should stand for: any of these, which say the same. */
export const due = (
  ranked: ReadonlyArray<Ranked>
): Readonly<Record<CheckpointName, ReadonlyArray<Ranked>>> => {
  const newestFirst = Candidates.newestFirst(ranked)
  const newest = newestFirst[0]?.meta
  const run = newestFirst.filter(({ meta }) => meta.run_id === newest?.run_id)
  return {
    latest: run.filter(({ meta }) => meta.saved_at === newest?.saved_at),
    best: newest === undefined ? [] : run.filter(({ meta }) => Candidates.isBestOf(newest)(meta))
  }
}

const idOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  return Listing.idOf(yield* fs.stat(file), file)
})

/** Gives the name to the first of `checkpoints`, unless it stands for one of them already. */
const give = Effect.fnUntraced(function* (target: string, checkpoints: ReadonlyArray<Ranked>) {
  const [first] = checkpoints
  if (first === undefined) return
  const id = yield* Effect.option(idOf(target))
  const ids = yield* Effect.forEach(checkpoints, (one) => idOf(one.path))
  if (Option.isSome(id) && ids.includes(id.value)) return
  // What the name stood for may have no other, so only what is whole takes its place.
  yield* CheckpointFile.read(first.path)
  yield* AtomicFile.alias(first.path, target)
  yield* Folder.sync(path.dirname(target))
})

/**
 * Finishes what a process began that died between giving a checkpoint a name of its own and one of
 * the two well-known ones. What cannot be finished is left as it is, with a warning.
 */
export const recover = Effect.fn("FileStore.recover")(function* (folder: string) {
  const names = due((yield* scan(folder)).ranked)
  for (const name of ["latest", "best"] as const) {
    const file = Names.fileNames[name]
    yield* Effect.catchAll(give(path.join(folder, file), names[name]), (error) =>
      Effect.logWarning(`${file} is left as it was: ${error.message}`)
    )
  }
})
