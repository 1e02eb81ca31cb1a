import * as Effect from "effect/Effect"
import { t } from "../../../language/Text.js"
import type { RankedEntry } from "../../CheckpointEntry.js"
import * as FileNames from "../../FileNames.js"
import { Storage, type StorageLock } from "../../Storage.js"
import { scan } from "../FolderScan.js"
import * as Listing from "../Listing.js"
import { expectedFor } from "../Recovery.js"
import { findExpendable } from "../SaveCheckpoint.js"
import { copyVerified, isDamage } from "./copy.js"
import { keyOf, nextUpload, type Tiers } from "./plan.js"

/** A folder and its mirror while checkpoints are copied. */
export interface Uploads extends Tiers {
  /** The lock of the mirror. */
  readonly lock: StorageLock
  /** The keys of local checkpoints that have turned out to be damaged: they are not copied. */
  readonly damaged: Set<string>
}

const ranked = (folder: string) =>
  Effect.gen(function* () {
    const names = yield* Listing.namesIn(folder)
    const found = yield* scan(folder, names)
    return { names: new Set(names), ranked: found.ranked }
  })

const isOurs = ({ name }: RankedEntry) =>
  FileNames.isOwn(name) || FileNames.aliasOf(name) !== undefined

/** Pins in the mirror what is pinned in the folder. What is unpinned there stays pinned here. */
const copyPins = Effect.fnUntraced(function* (
  { lock, mirror }: Uploads,
  pinned: ReadonlySet<string>,
  there: { readonly names: ReadonlySet<string>; readonly ranked: ReadonlyArray<RankedEntry> }
) {
  const { join, put } = yield* Storage
  for (const one of there.ranked) {
    const mark = FileNames.pinOf(one.name)
    if (!pinned.has(keyOf(one)) || there.names.has(mark)) continue
    const bytes = new TextEncoder().encode(`${one.meta.saved_at}\n`)
    yield* put(join(mirror, mark), { bytes: bytes.length, ready: lock.check }, ({ write }) =>
      write(0, bytes)
    )
  }
})

/** Removes from the mirror what retention does not keep there, unless it is pinned or still local. */
const removeExpendable = Effect.fnUntraced(function* (
  { lock, mirror, retention }: Uploads,
  coming: RankedEntry,
  local: ReadonlySet<string>
) {
  const { remove } = yield* Storage
  const names = yield* Listing.namesIn(mirror)
  const present = new Set(names)
  for (const one of yield* findExpendable({ folder: mirror, retention }, coming, names)) {
    if (local.has(keyOf(one)) || present.has(FileNames.pinOf(one.name))) continue
    yield* Effect.zipRight(lock.check, remove(one.path))
  }
})

/**
 * Copies the checkpoint to the mirror that is next, gives it the well-known names that are its own, and
 * then removes what it replaces. Succeeds with whether there was one.
 */
export const uploadNext = Effect.fn("CheckpointStore.upload")(function* (uploads: Uploads) {
  const { join, link, sync } = yield* Storage
  const { damaged, folder, lock, mirror, retention } = uploads
  const here = yield* ranked(folder)
  const there = yield* ranked(mirror)
  const pinned = new Set(
    here.ranked.filter(({ name }) => here.names.has(FileNames.pinOf(name))).map(keyOf)
  )
  const next = nextUpload(
    here.ranked.filter((one) => isOurs(one) && !damaged.has(keyOf(one))),
    there.ranked,
    retention,
    (one) => pinned.has(keyOf(one))
  )
  if (next === undefined) {
    yield* copyPins(uploads, pinned, there)
    return false
  }
  const name = FileNames.own(next.meta, there.names)
  const copy: RankedEntry = { path: join(mirror, name), name, meta: next.meta }
  const isCopied = yield* Effect.as(copyVerified(next.path, copy.path, lock.check), true).pipe(
    Effect.catchIf(
      // Of the local checkpoint, rather than of what is written.
      (error) => error.path === next.path && isDamage(error),
      (error) =>
        Effect.gen(function* () {
          damaged.add(keyOf(next))
          // What retention has removed meanwhile was replaced by a newer one.
          if (error.reason !== "NotFound") {
            yield* Effect.logWarning(t`not copied to ${mirror}: ${error.message}`)
          }
          return false
        })
    )
  )
  if (!isCopied) return true
  for (const [alias, copies] of expectedFor([...there.ranked, copy])) {
    if (!copies.includes(copy)) continue
    yield* Effect.zipRight(lock.check, link(copy.path, join(mirror, FileNames.fileOf(alias))))
  }
  yield* sync(mirror)
  yield* removeExpendable(uploads, copy, new Set(here.ranked.map(keyOf)))
  return true
})
