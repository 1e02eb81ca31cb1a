import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import * as FileNames from "../FileNames.js"
import { Storage } from "../Storage.js"
import * as Listing from "./Listing.js"
import { recover } from "./Recovery.js"

// Safetensors of other programs stay where they are, except under our own names.
const isOurs = ({ names, health }: Listing.FolderEntry): boolean =>
  names.some((name) => FileNames.isOwn(name) || FileNames.aliasOf(name) !== undefined) ||
  Either.match(health, {
    onLeft: ({ reason }) => reason !== "NotACheckpoint",
    onRight: () => true
  })

/** A folder for what is archived now, named after the second and unique within `folder`. */
const newFolder = Effect.fnUntraced(function* (folder: string) {
  const { join, list } = yield* Storage
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const stamp = now.replace(/\.\d+Z$/, "Z").replaceAll(":", "-")
  for (let nth = 1; ; nth++) {
    const target = join(join(folder, "archive"), nth === 1 ? stamp : `${stamp}-${nth}`)
    if ((yield* list(target)).length === 0) return target
  }
})

/**
 * Moves all checkpoints in `folder`, intact and damaged, to a new folder inside it, except those that
 * stay, which get the well-known names that have gone with others. The record of the run goes along.
 */
export const archive = Effect.fn("CheckpointStore.archive")(function* (
  folder: string,
  stays: (entry: CheckpointEntry) => boolean
) {
  const { join, link, move, sync } = yield* Storage
  const present = new Set(yield* Listing.namesIn(folder))
  const own = (yield* Listing.list(folder)).filter(isOurs)
  const leaving = own.filter((one) => !stays(one))
  const goesOn = leaving.length < own.length
  const checkpoints = leaving.flatMap(({ names }) => names)
  const pins = checkpoints.map(FileNames.pinOf).filter((pin) => present.has(pin))
  const moveAll = Effect.gen(function* () {
    const target = yield* newFolder(folder)
    const names = [...pins, ...checkpoints]
    for (const name of names) yield* move(join(folder, name), join(target, name))
    // Of a run that goes back, the log stays as well: the run cuts it back.
    const record = names.length === 0 ? [] : [...present].filter(FileNames.isRecord)
    for (const name of record) {
      yield* (goesOn ? link : move)(join(folder, name), join(target, name))
    }
    // A folder exists with its first object.
    if (names.length > 0) yield* Effect.zipRight(sync(target), sync(folder))
    return target
  })
  return yield* Effect.uninterruptible(Effect.zipLeft(moveAll, recover(folder)))
})
