import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../../language/Text.js"
import type { RankedEntry } from "../../CheckpointEntry.js"
import * as FileNames from "../../FileNames.js"
import * as CheckpointFile from "../../format/CheckpointFile.js"
import { Storage } from "../../Storage.js"
import { scan } from "../FolderScan.js"
import * as Listing from "../Listing.js"
import { copyVerified, isDamage } from "./copy.js"
import { needed, type Tiers } from "./plan.js"

/** Makes sure that `folder` has an intact copy; fails where all copies are damaged. */
const obtain = Effect.fnUntraced(function* (
  folder: string,
  copies: ReadonlyArray<RankedEntry>,
  isLocal: (one: RankedEntry) => boolean
) {
  const { join, sync } = yield* Storage
  const damaged: Array<RankedEntry> = []
  for (const one of copies) {
    const names = new Set(yield* Listing.namesIn(folder))
    const copy = join(folder, FileNames.own(one.meta, names))
    const obtained = yield* Effect.either(
      isLocal(one)
        ? Effect.asVoid(CheckpointFile.verify(one.path))
        : Effect.zipRight(copyVerified(one.path, copy), sync(folder))
    )
    if (Either.isRight(obtained)) {
      if (!isLocal(one)) yield* Effect.logInfo(t`${copy} is restored from ${one.path}`)
      return { isObtained: true, damaged }
    }
    // What merely cannot be read, or written, may be intact.
    if (!isDamage(obtained.left)) return yield* obtained.left
    yield* Effect.logWarning(t`skipped: ${obtained.left.message}`)
    damaged.push(one)
  }
  return { isObtained: false, damaged }
})

/**
 * Copies to the folder what a run needs to resume and only the mirror has intact: the newest checkpoint
 * of both, the bests of its run. What is damaged everywhere is skipped for the next best.
 */
export const fetchMissing = Effect.fn("CheckpointStore.fetch")(function* ({
  folder,
  mirror,
  retention
}: Tiers) {
  const local = new Set<RankedEntry>((yield* scan(folder)).ranked)
  let here: ReadonlyArray<RankedEntry> = [...local]
  const scanned = yield* scan(mirror)
  for (const error of scanned.errors) {
    if (!isDamage(error)) return yield* error
    if (error.reason !== "NotACheckpoint") yield* Effect.logWarning(t`skipped: ${error.message}`)
  }
  let there: ReadonlyArray<RankedEntry> = scanned.ranked
  const checked = new Set<RankedEntry>()
  for (;;) {
    const copies = needed(here, there, retention).find((group) => !checked.has(group[0]!))
    if (copies === undefined) return
    const { damaged, isObtained } = yield* obtain(folder, copies, (one) => local.has(one))
    here = here.filter((one) => !damaged.includes(one))
    there = there.filter((one) => !damaged.includes(one))
    if (isObtained) checked.add(copies.find((one) => !damaged.includes(one))!)
  }
})
