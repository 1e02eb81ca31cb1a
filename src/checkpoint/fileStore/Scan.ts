import * as FileSystem from "@effect/platform/FileSystem"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as Beginnings from "../../file/Beginnings.js"
import * as Candidates from "../Candidate.js"
import type { Found } from "../Choice.js"
import type { Ranked } from "../Candidate.js"
import * as Glance from "../file/Glance.js"
import * as Names from "../Names.js"
import * as Listing from "./Listing.js"

// Most headers are shorter; of those that are not, a second read gets the rest.
const first = 32 * 1024

/** A checkpoint found by a scan; `bytes` is how long its file should be. */
export interface Scanned extends Ranked {
  readonly bytes: number
}

interface Seen extends Scanned {
  readonly digest: string
}

/** Drops the well-known names of files that are there under their own. */
const distinct = Effect.fnUntraced(function* (seen: ReadonlyArray<Seen>) {
  const fs = yield* FileSystem.FileSystem
  const [own, aliases] = Array.partition(seen, ({ name }) => Names.aliasOf(name) !== undefined)
  const digests = new Set(aliases.map(({ digest }) => digest))
  const named = yield* Effect.forEach([...own, ...aliases], (one) =>
    digests.has(one.digest)
      ? Effect.match(fs.stat(one.path), {
          onFailure: () => ({ one, id: one.path }),
          onSuccess: (info) => ({ one, id: Listing.idOf(info, one.path) })
        })
      : Effect.succeed({ one, id: one.path })
  )
  // Of each file the name that comes first.
  return [...new Map(named.reverse().map(({ one, id }) => [id, one])).values()]
})

/**
 * The checkpoints in `folder`, as far as choosing among them needs: of a header that has its digest
 * and is as a save leaves it only a few fields are read; any other is read with all care. That a
 * file is as long as it should be, only loading tells.
 */
export const scan = Effect.fn("FileStore.scan")(function* (folder: string) {
  const present = yield* Listing.entries(folder)
  const names = present.filter(Names.isCheckpoint)
  const glances = yield* Beginnings.read(
    names.map((name) => path.join(folder, name)),
    { first, inAll: Glance.headerLength },
    (file, bytes) => ({
      name: path.basename(file),
      seen: Option.map(Option.flatMap(bytes, Glance.of), (glance): Seen => ({
        path: file,
        name: path.basename(file),
        ...glance
      }))
    })
  )
  const odd = glances.filter(({ seen }) => Option.isNone(seen)).map(({ name }) => name)
  const careful = yield* Listing.among(folder, odd, new Set(present))
  const quick = yield* distinct(glances.flatMap(({ seen }) => Option.toArray(seen)))
  const ranked: ReadonlyArray<Scanned> = [...quick, ...Candidates.whole(careful)]
  return { ranked, errors: Candidates.errors(careful) } satisfies Found
})
