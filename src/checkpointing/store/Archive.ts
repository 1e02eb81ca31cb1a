import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as path from "node:path"
import * as Folder from "../../io/Folder.js"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import { whileWriting } from "../CheckpointError.js"
import * as FileNames from "../FileNames.js"
import * as Listing from "./Listing.js"
import { recover } from "./Recovery.js"

// Another program's safetensors are left where they are, except under our own names.
const isOurs = ({ names, health }: Listing.Listed): boolean =>
  names.some((name) => FileNames.isOwn(name) || FileNames.aliasOf(name) !== undefined) ||
  Either.match(health, {
    onLeft: ({ reason }) => reason !== "NotACheckpoint",
    onRight: () => true
  })

/** A new folder for what is archived now, named for the second and unique within it. */
const makeTarget = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const stamp = now.replace(/\.\d+Z$/, "Z").replaceAll(":", "-")
  const parent = path.join(folder, "archive")
  yield* Folder.make(parent)
  const take = (nth: number): Effect.Effect<string, PlatformError> => {
    const name = path.join(parent, nth === 1 ? stamp : `${stamp}-${nth}`)
    return fs.makeDirectory(name, { mode: Folder.mode }).pipe(
      Effect.as(name),
      Effect.catchIf(
        (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
        () => take(nth + 1)
      )
    )
  }
  return yield* Effect.tap(take(1), () => Folder.sync(parent))
})

/**
 * Moves all checkpoints in `folder`, whole and damaged, to a new folder inside it, but for those that
 * stay: they are given the well-known names that have gone with others.
 */
export const archive = Effect.fn("FileStore.archive")(function* (
  folder: string,
  stays: (candidate: CheckpointEntry) => boolean
) {
  const fs = yield* FileSystem.FileSystem
  const present = new Set(yield* Listing.entries(folder))
  const checkpoints = (yield* Listing.list(folder))
    .filter((one) => isOurs(one) && !stays(one))
    .flatMap(({ names }) => names)
  const pins = checkpoints.map(FileNames.pinOf).filter((pin) => present.has(pin))
  const moved = Effect.gen(function* () {
    const target = yield* makeTarget(folder)
    yield* Effect.forEach(
      [...pins, ...checkpoints],
      (name) => fs.rename(path.join(folder, name), path.join(target, name)),
      { discard: true }
    )
    yield* Folder.sync(target)
    yield* Folder.sync(folder)
    return target
  }).pipe(Effect.mapError(whileWriting(folder)))
  return yield* Effect.uninterruptible(Effect.zipLeft(moved, recover(folder)))
})
