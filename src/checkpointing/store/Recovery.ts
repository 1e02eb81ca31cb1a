import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as FileStat from "../../io/FileStat.js"
import * as Folder from "../../io/Folder.js"
import { t } from "../../language/Text.js"
import type { RankedEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import type { CheckpointName } from "../FileNames.js"
import * as FileNames from "../FileNames.js"
import { scan } from "./FolderScan.js"

/** What each of the well-known names should stand for: any of these, which say the same. */
export const due = (
  ranked: ReadonlyArray<RankedEntry>
): ReadonlyMap<CheckpointName, ReadonlyArray<RankedEntry>> => {
  const newestFirst = CheckpointEntries.newestFirst(ranked)
  const newest = newestFirst[0]?.meta
  const run = newestFirst.filter(({ meta }) => meta.run_id === newest?.run_id)
  if (newest === undefined) return new Map()
  return new Map([
    ["latest", run.filter(({ meta }) => meta.saved_at === newest.saved_at)],
    ...CheckpointEntries.bestsOf(newest).map(([name, best]) => {
      const isIt = CheckpointEntries.isBestOf(newest, best)
      return [name, run.filter(({ meta }) => isIt(meta))] as const
    })
  ])
}

const idOf = (file: string) => Effect.map(FileStat.stat(file), (info) => FileStat.idOf(info, file))

/** Which of `checkpoints` a name stands for. */
const standing = Effect.fnUntraced(function* (
  target: string,
  checkpoints: ReadonlyArray<RankedEntry>
) {
  const id = yield* Effect.option(idOf(target))
  return yield* Effect.findFirst(checkpoints, ({ path }) =>
    Effect.map(idOf(path), (one) => Option.contains(id, one))
  )
})

/**
 * Gives a name to the first whole one of the checkpoints that should have it, unless it stands for
 * one of them already. A scan has seen the beginnings of `ranked` only: what turns out to be damaged
 * is passed over.
 */
const give = (
  name: CheckpointName,
  folder: string,
  ranked: ReadonlyArray<RankedEntry>
): Effect.Effect<void, CheckpointError | PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const target = path.join(folder, FileNames.fileOf(name))
    const checkpoints = due(ranked).get(name) ?? []
    const now = yield* standing(target, checkpoints)
    const one = Option.getOrElse(now, () => checkpoints[0])
    if (one === undefined) return
    // What the name stood for may have no other, so only what is whole takes its place.
    const look = Option.isSome(now)
      ? CheckpointFile.check(one.path)
      : Effect.asVoid(CheckpointFile.verify(one.path))
    // No name is moved for an error that does not come again.
    const looked = yield* Effect.either(Effect.retry(look, { times: 1 }))
    if (Either.isLeft(looked)) {
      if (looked.left.reason === "Unreadable") return yield* looked.left
      yield* Effect.logWarning(t`passed over: ${looked.left.message}`)
      return yield* give(
        name,
        folder,
        ranked.filter((other) => other !== one)
      )
    }
    if (Option.isSome(now)) return
    yield* AtomicFile.alias(one.path, target)
    yield* Folder.sync(folder)
  })

/**
 * Finishes what a process began that died between giving a checkpoint a name of its own and one of
 * the two well-known ones. What cannot be finished is left as it is, with a warning.
 */
export const recover = Effect.fn("FileStore.recover")(function* (folder: string) {
  const { ranked } = yield* scan(folder)
  for (const name of due(ranked).keys()) {
    yield* Effect.catchAll(give(name, folder, ranked), (error) =>
      Effect.logWarning(t`${FileNames.fileOf(name)} is left as it was: ${error.message}`)
    )
  }
})
