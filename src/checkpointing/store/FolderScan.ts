import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { PrefixCache } from "../../io/ReadPrefixes.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointEntry, RankedEntry } from "../CheckpointEntry.js"
import { CheckpointError } from "../CheckpointError.js"
import * as FileNames from "../FileNames.js"
import * as ForeignFile from "../format/ForeignFile.js"
import { checkHeader } from "../format/ReadHeader.js"
import * as Summary from "../format/Summary.js"
import type { ScanResult } from "../SelectCheckpoint.js"
import { Storage, type StorageOperations } from "../Storage.js"
import * as Listing from "./Listing.js"

/** The beginning of a file: a summary, another format, or neither; compared by identity. */
type Beginning =
  | { readonly _tag: "Summary"; readonly summary: Summary.Summary }
  | { readonly _tag: "Foreign"; readonly detail: string }
  | { readonly _tag: "Unclear" }

const beginningOf = (start: Uint8Array): Option.Option<Beginning> =>
  Option.orElse(
    Option.map(Summary.of(start), (summary): Beginning => ({ _tag: "Summary", summary })),
    () =>
      Option.map(Option.fromNullable(ForeignFile.foreign(start)), (detail): Beginning => ({
        _tag: "Foreign",
        detail
      }))
  )

interface ScannedEntry extends RankedEntry {
  readonly digest: string
}

/** Drops the well-known names of files that also have their own. */
const distinct = Effect.fnUntraced(function* (scanned: ReadonlyArray<ScannedEntry>) {
  const { stat } = yield* Storage
  const [own, aliases] = Array.partition(
    scanned,
    ({ name }) => FileNames.aliasOf(name) !== undefined
  )
  const digests = new Set(aliases.map(({ digest }) => digest))
  const identified = yield* Effect.forEach([...own, ...aliases], (entry) =>
    digests.has(entry.digest)
      ? Effect.match(stat(entry.path), {
          onFailure: () => ({ entry, id: entry.path }),
          onSuccess: ({ identity }) => ({ entry, id: identity ?? entry.path })
        })
      : Effect.succeed({ entry, id: entry.path })
  )
  // Of each file the first name.
  return [...new Map(identified.reverse().map(({ entry, id }) => [id, entry])).values()]
})

/** What the last scan of a folder has read: the next one reads only what has changed. */
interface FolderCache {
  readonly beginnings: PrefixCache<Beginning>
  /** The listing of the files with these beginnings. */
  unclear: {
    readonly beginnings: ReadonlyArray<Beginning>
    readonly listed: ReadonlyArray<CheckpointEntry>
  }
}

const isCurrent = (
  { beginnings, listed }: FolderCache["unclear"],
  now: ReadonlyMap<Beginning, string>
): boolean =>
  beginnings.length === now.size &&
  beginnings.every((one) => now.has(one)) &&
  // Another attempt may succeed.
  CheckpointEntries.errors(listed).every(({ reason }) => reason !== "Unreadable")

// No decision rests on the cache alone: what is loaded is verified, and `withoutDamaged` checks before
// anything is removed.
const caches = new WeakMap<StorageOperations, Map<string, FolderCache>>()
const foldersCached = 8

const cacheOf = (storage: StorageOperations, folder: string): FolderCache => {
  const folders = caches.get(storage) ?? new Map<string, FolderCache>()
  caches.set(storage, folders)
  const cache = folders.get(folder) ?? {
    beginnings: new Map(),
    unclear: { beginnings: [], listed: [] }
  }
  folders.delete(folder)
  folders.set(folder, cache)
  for (const oldest of [...folders.keys()].slice(0, -foldersCached)) folders.delete(oldest)
  return cache
}

/**
 * Ranks the checkpoints in `folder` by the summary at the beginning of each file, which is all that is
 * read. Where it is missing or damaged, the whole header is read and verified, unless the file is of
 * another format. What is found may be damaged behind its summary, or truncated: loading it, or
 * `withoutDamaged`, detects that. `names` are those in the folder, where the caller has listed them.
 */
export const scan = Effect.fn("CheckpointStore.scan")(function* (
  folder: string,
  names?: ReadonlyArray<string>
) {
  const storage = yield* Storage
  const cache = cacheOf(storage, folder)
  const present = names ?? (yield* Listing.namesIn(folder))
  const files = present
    .filter(FileNames.isCheckpoint)
    .map((name) => ({ name, path: storage.join(folder, name) }))
  const beginnings = yield* storage.readPrefixes(
    files.map(({ path }) => path),
    ForeignFile.prefixLength,
    (_, prefix) =>
      Option.getOrElse(
        Option.flatMap(prefix, ({ start }) => beginningOf(start)),
        (): Beginning => ({ _tag: "Unclear" })
      ),
    cache.beginnings
  )
  const scanned: Array<ScannedEntry> = []
  const foreign: Array<CheckpointError> = []
  const unclear = new Map<Beginning, string>()
  for (const [i, { name, path }] of files.entries()) {
    const beginning = beginnings[i]!
    switch (beginning._tag) {
      case "Summary":
        scanned.push({ path, name, ...beginning.summary })
        break
      case "Foreign":
        foreign.push(
          new CheckpointError({ reason: "NotACheckpoint", path, detail: beginning.detail })
        )
        break
      case "Unclear":
        unclear.set(beginning, name)
    }
  }
  if (!isCurrent(cache.unclear, unclear)) {
    const listed = yield* Listing.among(folder, [...unclear.values()], new Set(present))
    cache.unclear = { beginnings: [...unclear.keys()], listed }
  }
  const { listed } = cache.unclear
  return {
    ranked: [...(yield* distinct(scanned)), ...CheckpointEntries.intact(listed)],
    errors: [...foreign, ...CheckpointEntries.errors(listed)]
  } satisfies ScanResult
})

/**
 * Removes damaged checkpoints from `ranked` as far as they matter: `relied` selects those that a
 * decision rests on. Their headers and lengths are verified, but no tensors.
 */
export const withoutDamaged = Effect.fn("CheckpointStore.withoutDamaged")(function* (
  ranked: ReadonlyArray<RankedEntry>,
  relied: (ranked: ReadonlyArray<RankedEntry>) => ReadonlyArray<RankedEntry>
) {
  const intact = new Set<RankedEntry>()
  let left = ranked
  for (;;) {
    const unchecked = relied(left).filter((one) => !intact.has(one))
    if (unchecked.length === 0) return left
    const checks = yield* Effect.forEach(
      unchecked,
      (one) => Effect.isSuccess(checkHeader(one.path)),
      { concurrency: 4 }
    )
    const damaged = new Set(unchecked.filter((_, i) => !checks[i]))
    for (const one of unchecked) if (!damaged.has(one)) intact.add(one)
    left = left.filter((one) => !damaged.has(one))
  }
})
