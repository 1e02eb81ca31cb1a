import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { CheckpointError } from "../CheckpointError.js"
import * as FileNames from "../FileNames.js"
import { Storage } from "../Storage.js"
import * as Listing from "./Listing.js"

/** The path under the checkpoint's own name; one that has only a well-known name gets another. */
const ownPath = Effect.fnUntraced(function* (path: string) {
  const { join, link, split } = yield* Storage
  const { folder, name } = split(path)
  const entry = (yield* Listing.list(folder)).find(({ names }) => names.includes(name))
  if (entry === undefined) {
    return yield* new CheckpointError({ reason: "NotFound", path, detail: "" })
  }
  const meta = yield* entry.health
  const present = new Set(yield* Listing.namesIn(folder))
  const pinned = entry.names.find((name) => present.has(FileNames.pinOf(name)))
  if (pinned !== undefined) return join(folder, pinned)
  if (FileNames.aliasOf(entry.name) === undefined) return entry.path
  const own = join(folder, FileNames.own(meta, present))
  yield* link(entry.path, own)
  return own
})

/** Pins the checkpoint at `path`, so that retention never removes it; gives its own path. */
export const pin = Effect.fn("CheckpointStore.pin")(function* (path: string) {
  const { put, remove, split, stat, sync } = yield* Storage
  const own = yield* ownPath(path)
  const mark = FileNames.pinOf(own)
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const bytes = new TextEncoder().encode(`${now}\n`)
  yield* put(mark, { bytes: bytes.length }, ({ write }) => write(0, bytes))
  yield* sync(split(own).folder)
  // Retention may have removed the checkpoint since it was listed.
  yield* Effect.tapError(stat(own), () => Effect.ignore(remove(mark)))
  return own
})

const identityOf = (path: string) =>
  Effect.flatMap(Storage, ({ stat }) => Effect.map(stat(path), ({ identity }) => identity ?? path))

/** The digest that copies of a checkpoint have in common; null where its header is damaged. */
const digestOf = Effect.fnUntraced(function* (path: string) {
  const { digest, health } = yield* Listing.entryAt(path)
  return Either.isLeft(health) && health.left.reason === "Unreadable" ? yield* health : digest
})

/** Those of `paths` that are the file at `path` under another name or, if none is, copies of it. */
const sameAs = Effect.fnUntraced(function* (path: string, paths: ReadonlyArray<string>) {
  // By files before headers: a damaged checkpoint can be unpinned, too.
  const id = yield* identityOf(path)
  const links = yield* Effect.filter(paths, (one) =>
    Effect.map(identityOf(one), (other) => other === id)
  )
  if (links.length > 0 || paths.length === 0) return links
  const digest = yield* digestOf(path)
  return digest === null
    ? []
    : yield* Effect.filter(paths, (one) => Effect.map(digestOf(one), (other) => other === digest))
})

/** Leaves the checkpoint at `path` to retention again; gives the path that it was pinned under. */
export const unpin = Effect.fn("CheckpointStore.unpin")(function* (path: string) {
  const { join, remove, split, sync } = yield* Storage
  const { folder } = split(path)
  const present = new Set(yield* Listing.namesIn(folder))
  const pinned = [...present].filter((name) => present.has(FileNames.pinOf(name)))
  const own = yield* sameAs(
    path,
    pinned.map((name) => join(folder, name))
  )
  yield* Effect.forEach(own, (one) => remove(FileNames.pinOf(one)), { discard: true })
  yield* sync(folder)
  return own[0] ?? path
})
