import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as AtomicFile from "../../file/AtomicFile.js"
import * as Folder from "../../file/Folder.js"
import { CheckpointError, whileReading, whileWriting } from "../CheckpointError.js"
import * as Names from "../Names.js"
import * as Listing from "./Listing.js"

/** The file under its own name; one that has only a well-known name, which moves on, gets another. */
const ownName = Effect.fnUntraced(function* (file: string) {
  const folder = path.dirname(file)
  const listed = (yield* Listing.list(folder)).find(({ names }) =>
    names.includes(path.basename(file))
  )
  if (listed === undefined) {
    return yield* new CheckpointError({ reason: "NotFound", path: file, detail: "" })
  }
  const meta = yield* listed.health
  if (Names.aliasOf(listed.name) === undefined) return listed.path
  const own = path.join(folder, Names.own(meta, new Set(yield* Listing.entries(folder))))
  yield* Effect.mapError(AtomicFile.alias(listed.path, own), whileWriting(own))
  return own
})

/** Sees to it that the checkpoint at `file` is never removed; gives its own name. */
export const pin = Effect.fn("FileStore.pin")(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const own = yield* ownName(file)
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* Effect.mapError(AtomicFile.writeFile(Names.pinOf(own), `${now}\n`), whileWriting(own))
  // Retention may have been at work between the look and the pin.
  yield* Effect.mapError(fs.stat(own), whileReading(own)).pipe(
    Effect.tapError(() => Effect.ignore(fs.remove(Names.pinOf(own), { force: true })))
  )
  return own
})

/** Leaves the checkpoint at `file` to retention again; gives its own name. */
export const unpin = Effect.fn("FileStore.unpin")(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const listed = (yield* Listing.list(path.dirname(file))).find(({ names }) =>
    names.includes(path.basename(file))
  )
  const own = listed?.path ?? file
  yield* fs
    .remove(Names.pinOf(own), { force: true })
    .pipe(Effect.zipRight(Folder.sync(path.dirname(own))), Effect.mapError(whileWriting(own)))
  return own
})
