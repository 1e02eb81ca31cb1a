import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import * as path from "node:path"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Folder from "../../io/Folder.js"
import type { FolderLock } from "../../io/FolderLock.js"
import { t } from "../../language/Text.js"
import type { RankedEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import { isSame, type CheckpointMeta, type Unsaved } from "../Checkpoint.js"
import { type CheckpointError, whileLocking, whileWriting } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import type { Saved } from "./CheckpointStore.js"
import type { CheckpointName } from "../FileNames.js"
import * as FileNames from "../FileNames.js"
import * as Retention from "../Retention.js"
import * as Listing from "./Listing.js"
import { scan, sure } from "./FolderScan.js"

/** A folder that is open for saving. */
export interface Open {
  readonly folder: string
  readonly lock: FolderLock
  readonly retention: Retention.Retention
  /** The checkpoints that this process has resumed from, as `keyIn` tells them. */
  readonly loaded: ReadonlySet<string>
  /** What was saved last, and where. */
  readonly last: Ref.Ref<Written | null>
  /** When the newest checkpoint in the folder says that it was saved; null until that is known. */
  readonly newest: Ref.Ref<string | null>
}

/** A checkpoint that has a file of its own. */
export interface Written {
  readonly meta: CheckpointMeta
  readonly file: string
  readonly bytes: number
}

/**
 * `time`, or the millisecond after `newest` if that is later: a clock that was set back must not
 * make what is saved last look old. Both in ISO 8601.
 */
export const following = (newest: string, time: string): string => {
  const next = Date.parse(newest) + 1
  return time > newest || Number.isNaN(next) ? time : new Date(next).toISOString()
}

const inOrder = Effect.fnUntraced(function* (open: Open, { meta, tensors }: Unsaved) {
  const known = yield* Ref.get(open.newest)
  const newest =
    known ??
    CheckpointEntries.newestFirst((yield* scan(open.folder)).ranked)[0]?.meta.saved_at ??
    ""
  return { meta: { ...meta, saved_at: following(newest, meta.saved_at) }, tensors }
})

/** A checkpoint with the file that it is to have, and the file's length once it is written. */
interface Planned {
  readonly meta: CheckpointMeta
  readonly file: string
  readonly write: Effect.Effect<number, CheckpointError | PlatformError, FileSystem.FileSystem>
  readonly undo: Effect.Effect<void, never, FileSystem.FileSystem>
}

/** Fails if the folder is not this run's any more. */
export const locked = ({ folder, lock }: Pick<Open, "folder" | "lock">) =>
  Effect.mapError(lock.check, whileLocking(folder))

/** Gives the checkpoint a file of its own, unless it was just written. */
const plan = Effect.fnUntraced(function* (open: Open, checkpoint: Unsaved) {
  const fs = yield* FileSystem.FileSystem
  const last = yield* Ref.get(open.last)
  if (last !== null && isSame(last.meta, checkpoint.meta) && (yield* fs.exists(last.file))) {
    const { bytes, file, meta } = last
    return { meta, file, write: Effect.succeed(bytes), undo: Effect.void } satisfies Planned
  }
  const taken = new Set(yield* Listing.entries(open.folder))
  const file = path.join(open.folder, FileNames.own(checkpoint.meta, taken))
  const ordered = yield* inOrder(open, checkpoint)
  return {
    meta: ordered.meta,
    file,
    // Others may have taken the folder over while the file was written.
    write: CheckpointFile.place(file, ordered, locked(open)),
    undo: Effect.ignore(fs.remove(file, { force: true }))
  } satisfies Planned
})

/** What a checkpoint and its copies in a folder have in common; `folder` is the folder's identity. */
export const keyIn = (
  folder: string,
  { global_step, run_id, saved_at }: Pick<CheckpointMeta, "global_step" | "run_id" | "saved_at">
): string => JSON.stringify([folder, run_id, saved_at, global_step])

/** What retention does not keep once the checkpoint `coming` is whole. */
const choose = Effect.fnUntraced(function* (open: Open, coming: RankedEntry) {
  const own = (yield* scan(open.folder)).ranked.filter(
    ({ meta, name }) =>
      meta.run_id === coming.meta.run_id && FileNames.isOwn(name) && name !== coming.name
  )
  // What is damaged is neither kept for a good one nor removed.
  const whole = yield* sure([coming, ...own], (some) => {
    const expendable = Retention.expendable(some, open.retention)
    return expendable.length === 0
      ? []
      : [...expendable, ...Retention.leading(some, open.retention)].filter((one) => one !== coming)
  })
  return Retention.expendable(whole, open.retention)
})

/** Removes what was chosen, but what has been pinned or resumed from, or is a copy of that. */
const remove = Effect.fnUntraced(function* (open: Open, chosen: ReadonlyArray<RankedEntry>) {
  const fs = yield* FileSystem.FileSystem
  if (chosen.length === 0) return
  const present = new Set(yield* Listing.entries(open.folder))
  const folder = yield* Folder.idOf(open.folder)
  yield* Effect.forEach(
    chosen.filter(
      ({ meta, name }) =>
        !present.has(FileNames.pinOf(name)) && !open.loaded.has(keyIn(folder, meta))
    ),
    ({ path }) => Effect.zipRight(locked(open), fs.remove(path, { force: true })),
    { discard: true }
  )
})

/**
 * Saves a checkpoint: a file of its own, then the well-known name, then the folder's fsync. Only
 * when all that is durable is anything removed; what, is chosen while the file is being written.
 */
export const save = Effect.fn("FileStore.save")(function* (
  open: Open,
  checkpoint: Unsaved,
  name: CheckpointName
) {
  const alias = path.join(open.folder, FileNames.fileOf(name))
  const { remade } = open.lock
  const before = yield* remade
  const publish = Effect.gen(function* () {
    yield* locked(open)
    const { file, meta, undo, write } = yield* plan(open, checkpoint)
    const coming = { path: file, name: path.basename(file), meta }
    const [bytes, chosen] = yield* Effect.all([write, Effect.either(choose(open, coming))], {
      concurrency: 2
    })
    yield* Effect.onError(AtomicFile.alias(file, alias), () => undo)
    yield* Folder.sync(open.folder)
    yield* Ref.set(open.last, { meta, file, bytes })
    yield* Ref.set(open.newest, meta.saved_at)
    return { saved: { path: alias, file, bytes }, chosen }
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "CheckpointError" ? error : whileWriting(alias)(error)
    )
  )
  // What fails because the folder went is written again where it was made again.
  const again = Effect.catchAll(publish, (error) =>
    Effect.flatMap(Effect.either(locked(open)), (held) =>
      Either.isLeft(held) && held.left.reason === "LockLost"
        ? Effect.fail(held.left)
        : Effect.flatMap(remade, (now) => (now > before ? publish : Effect.fail(error)))
    )
  )
  const [duration, { chosen, saved }] = yield* Effect.timed(again)
  // A failure to remove is no failure to save.
  yield* Effect.catchAll(
    Effect.flatMap(chosen, (found) => remove(open, found)),
    ({ message }) => Effect.logWarning(t`old checkpoints are left in ${open.folder}: ${message}`)
  )
  return { ...saved, milliseconds: Duration.toMillis(duration) } satisfies Saved
})
