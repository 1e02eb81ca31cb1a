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
import type { Ranked } from "../Candidate.js"
import * as Opening from "../file/Opening.js"
import * as Summary from "../file/Summary.js"
import * as Names from "../Names.js"
import * as Listing from "./Listing.js"

/** A file's beginning: how it ranks, what it is instead of a checkpoint, or null: see for yourself. */
type Look = Summary.Summary | string | null

const look = (start: Option.Option<Uint8Array>): Look =>
  Option.getOrNull(
    Option.flatMap(start, (bytes): Option.Option<Look> =>
      Option.orElse(Summary.of(bytes), () => Option.fromNullable(Opening.foreign(bytes)))
    )
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

/**
 * The checkpoints in `folder`, as far as choosing among them needs: of each file the summary at its
 * beginning is read, and no more. Where there is none, or it is damaged, the header is read with all
 * care, unless the file is none of ours: that is not worth a longer look. What is found may be damaged
 * behind its summary, or cut short: a load will tell, or `sure`.
 */
export const scan = Effect.fn("FileStore.scan")(function* (folder: string) {
  const present = yield* Listing.entries(folder)
  const names = present.filter(Names.isCheckpoint)
  const looks = yield* Beginnings.read(
    names.map((name) => path.join(folder, name)),
    // A summary is much shorter, unless a run measures dozens of metrics.
    Opening.length,
    (file, start) => ({ path: file, name: path.basename(file), look: look(start) })
  )
  const seen: Array<Seen> = []
  const odd: Array<string> = []
  const foreign: Array<CheckpointError> = []
  for (const { look, ...file } of looks) {
    if (look === null) odd.push(file.name)
    else if (typeof look === "object") seen.push({ ...file, ...look })
    else {
      foreign.push(new CheckpointError({ reason: "NotACheckpoint", path: file.path, detail: look }))
    }
  }
  const careful = yield* Listing.among(folder, odd, new Set(present))
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
