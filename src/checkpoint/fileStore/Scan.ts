import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as Beginnings from "../../file/Beginnings.js"
import * as FileStat from "../../file/FileStat.js"
import * as Candidates from "../Candidate.js"
import { CheckpointError } from "../CheckpointError.js"
import * as CheckpointFile from "../CheckpointFile.js"
import type { Found } from "../Choice.js"
import type { Candidate, Ranked } from "../Candidate.js"
import * as Opening from "../file/Opening.js"
import * as Summary from "../file/Summary.js"
import * as Names from "../Names.js"
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
      Option.orElse(Summary.of(bytes), () => Option.fromNullable(Opening.foreign(bytes)))
    ),
    () => ({ isOdd: true }) as const
  )

interface Seen extends Ranked {
  readonly digest: string
}

/** Drops the well-known names of files that are there under their own. */
const distinct = Effect.fnUntraced(function* (seen: ReadonlyArray<Seen>) {
  const [own, aliases] = Array.partition(seen, ({ name }) => Names.aliasOf(name) !== undefined)
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
  readonly looks: Beginnings.Known<Look>
  /** What a longer look at these odd ones, and no others, has found. */
  careful: { readonly odd: ReadonlyArray<Odd>; readonly found: ReadonlyArray<Candidate> }
}

const isKnown = ({ found, odd }: Known["careful"], now: ReadonlyMap<Odd, string>): boolean =>
  odd.length === now.size &&
  odd.every((one) => now.has(one)) &&
  // What could not be read another attempt may read.
  Candidates.errors(found).every(({ reason }) => reason !== "Unreadable")

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
  const names = present.filter(Names.isCheckpoint)
  const looks = yield* Beginnings.read(
    names.map((name) => path.join(folder, name)),
    // A summary is much shorter, unless a run measures dozens of metrics.
    Opening.length,
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
  const ranked: ReadonlyArray<Ranked> = [...(yield* distinct(seen)), ...Candidates.whole(careful)]
  const errors: ReadonlyArray<CheckpointError> = [...foreign, ...Candidates.errors(careful)]
  return { ranked, errors } satisfies Found
})

/**
 * What a scan found without those that are damaged, so far as they matter: `relied` tells which do,
 * of the ones that are left. Their headers and lengths are verified, but no tensors.
 */
export const sure = Effect.fn("FileStore.sure")(function* (
  ranked: ReadonlyArray<Ranked>,
  relied: (ranked: ReadonlyArray<Ranked>) => ReadonlyArray<Ranked>
) {
  const whole = new Set<Ranked>()
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
