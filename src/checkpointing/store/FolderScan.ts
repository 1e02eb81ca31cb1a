import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as ReadPrefixes from "../../io/ReadPrefixes.js"
import * as FileStat from "../../io/FileStat.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import { CheckpointError } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import type { ScanResult } from "../SelectCheckpoint.js"
import type { CheckpointEntry, RankedEntry } from "../CheckpointEntry.js"
import * as ForeignFile from "../format/ForeignFile.js"
import * as Summary from "../format/Summary.js"
import * as FileNames from "../FileNames.js"
import * as Listing from "./Listing.js"

/** A file whose beginning does not tell how it ranks: each an object of its own. */
interface Odd {
  readonly isOdd: true
}

/** What a file's beginning tells: how it ranks, what it is instead of a checkpoint, or neither. */
type Look = Summary.Summary | string | Odd

const look = (start: Option.Option<Uint8Array>): Look =>
  Option.getOrElse(
    Option.flatMap(start, (bytes): Option.Option<Look> =>
      Option.orElse(Summary.of(bytes), () => Option.fromNullable(ForeignFile.foreign(bytes)))
    ),
    () => ({ isOdd: true }) as const
  )

interface Seen extends RankedEntry {
  readonly digest: string
}

/** Drops the well-known names of files that are there under their own. */
const distinct = Effect.fnUntraced(function* (seen: ReadonlyArray<Seen>) {
  const [own, aliases] = Array.partition(seen, ({ name }) => FileNames.aliasOf(name) !== undefined)
  const digests = new Set(aliases.map(({ digest }) => digest))
  const named = yield* Effect.forEach([...own, ...aliases], (one) =>
    digests.has(one.digest)
      ? Effect.match(FileStat.stat(one.path), {
          onFailure: () => ({ one, id: one.path }),
          onSuccess: (info) => ({ one, id: FileStat.idOf(info, one.path) })
        })
      : Effect.succeed({ one, id: one.path })
  )
  // Of each file the name that comes first.
  return [...new Map(named.reverse().map(({ one, id }) => [id, one])).values()]
})

// What was seen of a folder is not looked at again by the next save, unless it has changed. Nothing
// rests on that alone: what is loaded is verified, and before anything is removed, `sure` looks.
interface Known {
  readonly looks: ReadPrefixes.Known<Look>
  /** What a longer look at these odd ones, and no others, has found. */
  careful: { readonly odd: ReadonlyArray<Odd>; readonly found: ReadonlyArray<CheckpointEntry> }
}

const isKnown = ({ found, odd }: Known["careful"], now: ReadonlyMap<Odd, string>): boolean =>
  odd.length === now.size &&
  odd.every((one) => now.has(one)) &&
  // What could not be read another attempt may read.
  CheckpointEntries.errors(found).every(({ reason }) => reason !== "Unreadable")

const seenIn = new Map<string, Known>()
const foldersKnown = 8

const knownOf = (folder: string): Known => {
  // By both: what was found has paths as the folder was called.
  const key = JSON.stringify([path.resolve(folder), folder])
  const known = seenIn.get(key) ?? { looks: new Map(), careful: { odd: [], found: [] } }
  seenIn.delete(key)
  seenIn.set(key, known)
  for (const oldest of [...seenIn.keys()].slice(0, -foldersKnown)) seenIn.delete(oldest)
  return known
}

/**
 * The checkpoints in `folder`, as far as choosing among them needs: of each file the summary at its
 * beginning is read, and no more. Where there is none, or it is damaged, the header is read with all
 * care, unless the file is none of ours: that is not worth a longer look. What is found may be damaged
 * behind its summary, or cut short: a load will tell, or `sure`.
 */
export const scan = Effect.fn("FileStore.scan")(function* (folder: string) {
  const known = knownOf(folder)
  const present = yield* Listing.entries(folder)
  const names = present.filter(FileNames.isCheckpoint)
  const looks = yield* ReadPrefixes.read(
    names.map((name) => path.join(folder, name)),
    // A summary is much shorter, unless a run measures dozens of metrics.
    ForeignFile.length,
    (_, start) => look(start),
    known.looks
  )
  const seen: Array<Seen> = []
  const odd = new Map<Odd, string>()
  const foreign: Array<CheckpointError> = []
  for (const [i, name] of names.entries()) {
    const look = looks[i]!
    const file = { path: path.join(folder, name), name }
    if (typeof look === "string") {
      foreign.push(new CheckpointError({ reason: "NotACheckpoint", path: file.path, detail: look }))
    } else if ("isOdd" in look) odd.set(look, name)
    else seen.push({ ...file, ...look })
  }
  if (!isKnown(known.careful, odd)) {
    const found = yield* Listing.among(folder, [...odd.values()], new Set(present))
    known.careful = { odd: [...odd.keys()], found }
  }
  const careful = known.careful.found
  const ranked: ReadonlyArray<RankedEntry> = [
    ...(yield* distinct(seen)),
    ...CheckpointEntries.intact(careful)
  ]
  const errors: ReadonlyArray<CheckpointError> = [...foreign, ...CheckpointEntries.errors(careful)]
  return { ranked, errors } satisfies ScanResult
})

/**
 * What a scan found without those that are damaged, so far as they matter: `relied` tells which do,
 * of the ones that are left. Their headers and lengths are verified, but no tensors.
 */
export const sure = Effect.fn("FileStore.sure")(function* (
  ranked: ReadonlyArray<RankedEntry>,
  relied: (ranked: ReadonlyArray<RankedEntry>) => ReadonlyArray<RankedEntry>
) {
  const whole = new Set<RankedEntry>()
  let left = ranked
  for (;;) {
    const unknown = relied(left).filter((one) => !whole.has(one))
    if (unknown.length === 0) return left
    const looks = yield* Effect.forEach(
      unknown,
      (one) => Effect.isSuccess(CheckpointFile.check(one.path)),
      { concurrency: 4 }
    )
    const damaged = unknown.filter((_, i) => !looks[i])
    unknown.filter((_, i) => looks[i]).forEach((one) => whole.add(one))
    left = left.filter((one) => !damaged.includes(one))
  }
})
