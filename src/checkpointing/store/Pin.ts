import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as path from "node:path"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as FileStat from "../../io/FileStat.js"
import * as Folder from "../../io/Folder.js"
import { CheckpointError, whileReading, whileWriting } from "../CheckpointError.js"
import * as FileNames from "../FileNames.js"
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
  const present = new Set(yield* Listing.entries(folder))
  const pinned = listed.names.find((name) => present.has(FileNames.pinOf(name)))
  if (pinned !== undefined) return path.join(folder, pinned)
  if (FileNames.aliasOf(listed.name) === undefined) return listed.path
  const own = path.join(folder, FileNames.own(meta, present))
  yield* Effect.mapError(AtomicFile.alias(listed.path, own), whileWriting(own))
  return own
})

/** Sees to it that the checkpoint at `file` is never removed; gives its own name. */
export const pin = Effect.fn("FileStore.pin")(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const own = yield* ownName(file)
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* Effect.mapError(AtomicFile.writeFile(FileNames.pinOf(own), `${now}\n`), whileWriting(own))
  // Retention may have been at work between the look and the pin.
  yield* Effect.mapError(fs.stat(own), whileReading(own)).pipe(
    Effect.tapError(() => Effect.ignore(fs.remove(FileNames.pinOf(own), { force: true })))
  )
  return own
})

const idOf = (file: string) =>
  Effect.mapBoth(FileStat.stat(file), {
    onFailure: whileReading(file),
    onSuccess: (info) => FileStat.idOf(info, file)
  })

/** What a file has in common with copies of it; null where its header is damaged. */
const digestOf = Effect.fnUntraced(function* (file: string) {
  const { digest, health } = yield* Listing.one(file)
  return Either.isLeft(health) && health.left.reason === "Unreadable" ? yield* health : digest
})

/** Those of `files` that are `file` by another name or, if none is, copies of it. */
const same = Effect.fnUntraced(function* (file: string, files: ReadonlyArray<string>) {
  // By files before headers: what is damaged can be unpinned, too.
  const id = yield* idOf(file)
  const links = yield* Effect.filter(files, (one) => Effect.map(idOf(one), (other) => other === id))
  if (links.length > 0 || files.length === 0) return links
  const digest = yield* digestOf(file)
  return digest === null
    ? []
    : yield* Effect.filter(files, (one) => Effect.map(digestOf(one), (other) => other === digest))
})

/** Leaves the checkpoint at `file` to retention again; gives the name that it was pinned by. */
export const unpin = Effect.fn("FileStore.unpin")(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = path.dirname(file)
  const present = new Set(yield* Listing.entries(folder))
  const pinned = [...present].filter((name) => present.has(FileNames.pinOf(name)))
  const own = yield* same(
    file,
    pinned.map((name) => path.join(folder, name))
  )
  yield* Effect.forEach(own, (one) => fs.remove(FileNames.pinOf(one), { force: true })).pipe(
    Effect.zipRight(Folder.sync(folder)),
    Effect.mapError(whileWriting(file))
  )
  return own[0] ?? file
})
