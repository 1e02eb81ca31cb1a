import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import { t } from "../../language/Text.js"
import { isSame, type CheckpointMeta, type Unsaved } from "../Checkpoint.js"
import type { RankedEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointName } from "../FileNames.js"
import * as FileNames from "../FileNames.js"
import { writeCheckpoint } from "../format/WriteCheckpoint.js"
import * as Retention from "../Retention.js"
import { Storage, type StorageLock } from "../Storage.js"
import type { Saved } from "./CheckpointStoreService.js"
import { scan, withoutDamaged } from "./FolderScan.js"
import * as Listing from "./Listing.js"

/** A checkpoint that has its own file. */
export interface LastSave {
  readonly meta: CheckpointMeta
  readonly path: string
  readonly bytes: number
}

/** A folder that is open for saving. */
export interface OpenFolder {
  readonly folder: string
  readonly lock: StorageLock
  readonly retention: Retention.Retention
  /** The checkpoints that this process has loaded, by `keyIn`. */
  readonly loaded: ReadonlySet<string>
  readonly last: Ref.Ref<LastSave | null>
  /** The time of the newest checkpoint in the folder; null until that is known. */
  readonly lastSavedAt: Ref.Ref<string | null>
}

/** Fails if the folder no longer belongs to this run. */
export const requireLock = ({ lock }: Pick<OpenFolder, "lock">) => lock.check

/**
 * `time`, or the millisecond after `newest` if that is later: after the clock was set back the last
 * save must not look old. Both in ISO 8601.
 */
export const following = (newest: string, time: string): string => {
  const next = Date.parse(newest) + 1
  return time > newest || Number.isNaN(next) ? time : new Date(next).toISOString()
}

/** The checkpoint with a time after that of every other in the folder. */
const inOrder = Effect.fnUntraced(function* (
  open: OpenFolder,
  { meta, tensors }: Unsaved,
  names: ReadonlyArray<string>
) {
  const known = yield* Ref.get(open.lastSavedAt)
  const newest =
    known ??
    CheckpointEntries.newestFirst((yield* scan(open.folder, names)).ranked)[0]?.meta.saved_at ??
    ""
  return { meta: { ...meta, saved_at: following(newest, meta.saved_at) }, tensors }
})

/** A checkpoint, the path of its own file, and how that is written and removed again. */
interface SavePlan {
  readonly meta: CheckpointMeta
  readonly path: string
  readonly write: Effect.Effect<number, CheckpointError, Storage>
  readonly undo: Effect.Effect<void>
}

const exists = (path: string) =>
  Effect.flatMap(Storage, ({ stat }) =>
    Effect.as(stat(path), true).pipe(
      Effect.catchIf(
        ({ reason }) => reason === "NotFound",
        () => Effect.succeed(false)
      )
    )
  )

/** Plans a new file for the checkpoint, unless it was just written. */
const plan = Effect.fnUntraced(function* (
  open: OpenFolder,
  checkpoint: Unsaved,
  names: ReadonlyArray<string>
) {
  const { join, remove } = yield* Storage
  const last = yield* Ref.get(open.last)
  if (last !== null && isSame(last.meta, checkpoint.meta) && (yield* exists(last.path))) {
    const { bytes, meta, path } = last
    return { meta, path, write: Effect.succeed(bytes), undo: Effect.void } satisfies SavePlan
  }
  const path = join(open.folder, FileNames.own(checkpoint.meta, new Set(names)))
  const ordered = yield* inOrder(open, checkpoint, names)
  return {
    meta: ordered.meta,
    path,
    // Another process may have taken the folder over while the file was written.
    write: writeCheckpoint(path, ordered, requireLock(open)),
    undo: Effect.ignore(remove(path))
  } satisfies SavePlan
})

/** Equal for a checkpoint and its copies in one folder; `folder` is the identity of the folder. */
export const keyIn = (
  folder: string,
  { global_step, run_id, saved_at }: Pick<CheckpointMeta, "global_step" | "run_id" | "saved_at">
): string => JSON.stringify([folder, run_id, saved_at, global_step])

/** What retention does not keep in a folder once the checkpoint `coming` is durable there. */
export const findExpendable = Effect.fnUntraced(function* (
  open: Pick<OpenFolder, "folder" | "retention">,
  coming: RankedEntry,
  names: ReadonlyArray<string>
) {
  const own = (yield* scan(open.folder, names)).ranked.filter(
    ({ meta, name }) =>
      meta.run_id === coming.meta.run_id && FileNames.isOwn(name) && name !== coming.name
  )
  // A damaged checkpoint neither replaces a good one nor is removed.
  const intact = yield* withoutDamaged([coming, ...own], (some) => {
    const expendable = Retention.expendable(some, open.retention)
    return expendable.length === 0
      ? []
      : [...expendable, ...Retention.leading(some, open.retention)].filter((one) => one !== coming)
  })
  return Retention.expendable(intact, open.retention)
})

/** Removes expendable checkpoints, except pinned ones, and loaded ones and their copies. */
const removeExpendable = Effect.fnUntraced(function* (
  open: OpenFolder,
  expendable: ReadonlyArray<RankedEntry>
) {
  const { folderId, remove } = yield* Storage
  if (expendable.length === 0) return
  const folder = yield* folderId(open.folder)
  for (const { meta, path } of expendable) {
    // Only now: a checkpoint may have been pinned or loaded during the save.
    if (open.loaded.has(keyIn(folder, meta)) || (yield* exists(FileNames.pinOf(path)))) continue
    yield* Effect.zipRight(requireLock(open), remove(path))
  }
})

/**
 * Saves a checkpoint: its own file, then the well-known name, then the names are made durable. Only
 * then is anything removed, which was chosen while the file was written.
 */
export const save = Effect.fn("CheckpointStore.save")(function* (
  open: OpenFolder,
  checkpoint: Unsaved,
  name: CheckpointName
) {
  const { join, link, split, sync } = yield* Storage
  const alias = join(open.folder, FileNames.fileOf(name))
  const { remade } = open.lock
  const before = yield* remade
  const publish = Effect.gen(function* () {
    yield* requireLock(open)
    const names = yield* Listing.namesIn(open.folder)
    const { meta, path, undo, write } = yield* plan(open, checkpoint, names)
    const coming = { path, name: split(path).name, meta }
    const [bytes, expendable] = yield* Effect.all(
      [write, Effect.either(findExpendable(open, coming, names))],
      { concurrency: 2 }
    )
    yield* Effect.onError(link(path, alias), () => undo)
    yield* sync(open.folder)
    yield* Ref.set(open.last, { meta, path, bytes })
    yield* Ref.set(open.lastSavedAt, meta.saved_at)
    return { saved: { path: alias, file: path, bytes }, expendable }
  })
  // A save that failed because the folder disappeared is repeated in the new folder.
  const publishAgain = Effect.catchAll(publish, (error) =>
    Effect.flatMap(Effect.either(requireLock(open)), (lock) =>
      Either.isLeft(lock) && lock.left.reason === "LockLost"
        ? Effect.fail(lock.left)
        : Effect.flatMap(remade, (now) => (now > before ? publish : Effect.fail(error)))
    )
  )
  const [duration, { expendable, saved }] = yield* Effect.timed(publishAgain)
  // The checkpoint is saved, whether or not old ones can be removed.
  yield* Effect.catchAll(
    Effect.flatMap(expendable, (found) => removeExpendable(open, found)),
    ({ message }) => Effect.logWarning(t`old checkpoints are left in ${open.folder}: ${message}`)
  )
  return { ...saved, milliseconds: Duration.toMillis(duration) } satisfies Saved
})
