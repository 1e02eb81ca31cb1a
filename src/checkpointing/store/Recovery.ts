import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import type { RankedEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointName } from "../FileNames.js"
import * as FileNames from "../FileNames.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import { checkHeader } from "../format/ReadHeader.js"
import { Storage } from "../Storage.js"
import { scan } from "./FolderScan.js"

/** The checkpoints that each well-known name may stand for: copies of one. */
export const expectedFor = (
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

const identityOf = (path: string) =>
  Effect.flatMap(Storage, ({ stat }) => Effect.map(stat(path), ({ identity }) => identity ?? path))

/** The one of `checkpoints` that `alias` stands for now. */
const targetOf = Effect.fnUntraced(function* (
  alias: string,
  checkpoints: ReadonlyArray<RankedEntry>
) {
  const id = yield* Effect.option(identityOf(alias))
  return yield* Effect.findFirst(checkpoints, ({ path }) =>
    Effect.map(identityOf(path), (one) => Option.contains(id, one))
  )
})

/**
 * Gives a name to the first intact one of its expected checkpoints, unless it stands for one of them
 * already. A scan has read only the beginnings of `ranked`: what turns out to be damaged is skipped.
 */
const restoreName = (
  name: CheckpointName,
  folder: string,
  ranked: ReadonlyArray<RankedEntry>
): Effect.Effect<void, CheckpointError, Storage> =>
  Effect.gen(function* () {
    const { join, link, sync } = yield* Storage
    const alias = join(folder, FileNames.fileOf(name))
    const checkpoints = expectedFor(ranked).get(name) ?? []
    const target = yield* targetOf(alias, checkpoints)
    const chosen = Option.getOrElse(target, () => checkpoints[0])
    if (chosen === undefined) return
    // The name's old target may have no other name, so only an intact one replaces it.
    const check = Option.isSome(target)
      ? checkHeader(chosen.path)
      : Effect.asVoid(CheckpointFile.verify(chosen.path))
    // A passing error moves no name.
    const checked = yield* Effect.either(Effect.retry(check, { times: 1 }))
    if (Either.isLeft(checked)) {
      if (checked.left.reason === "Unreadable") return yield* checked.left
      yield* Effect.logWarning(t`skipped: ${checked.left.message}`)
      const others = ranked.filter((other) => other !== chosen)
      return yield* restoreName(name, folder, others)
    }
    if (Option.isSome(target)) return
    yield* link(chosen.path, alias)
    yield* sync(folder)
  })

/**
 * Completes the save of a process that died after it gave a checkpoint its own name and before it gave
 * it a well-known one. What cannot be completed stays as it is, with a warning.
 */
export const recover = Effect.fn("CheckpointStore.recover")(function* (folder: string) {
  const { ranked } = yield* scan(folder)
  for (const name of expectedFor(ranked).keys()) {
    yield* Effect.catchAll(restoreName(name, folder, ranked), ({ message }) =>
      Effect.logWarning(t`${FileNames.fileOf(name)} is left unchanged: ${message}`)
    )
  }
})
