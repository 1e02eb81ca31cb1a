import * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as path from "node:path"
import * as AtomicFile from "../../file/AtomicFile.js"
import * as Folder from "../../file/Folder.js"
import type { FolderLock } from "../../file/FolderLock.js"
import * as Candidates from "../Candidate.js"
import { isSame, type Checkpoint, type CheckpointMeta } from "../Checkpoint.js"
import { whileLocking, whileWriting } from "../CheckpointError.js"
import * as CheckpointFile from "../CheckpointFile.js"
import type { Saved } from "../CheckpointStore.js"
import type { CheckpointName } from "../Names.js"
import * as Names from "../Names.js"
import * as Retention from "../Retention.js"
import * as Listing from "./Listing.js"
import { scan, sure } from "./Scan.js"

/** A folder that is open for saving. */
export interface Open {
  readonly folder: string
  readonly lock: FolderLock
  readonly retention: Retention.Retention
  /** The files that this process has gone on from, by what the file system knows them by. */
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

const inOrder = Effect.fnUntraced(function* (open: Open, { meta, tensors }: Checkpoint) {
  const known = yield* Ref.get(open.newest)
  const newest =
    known ?? Candidates.newestFirst((yield* scan(open.folder)).ranked)[0]?.meta.saved_at ?? ""
  return { meta: { ...meta, saved_at: following(newest, meta.saved_at) }, tensors }
})

/** Writes the checkpoint under a name of its own, unless it was just written: under another name. */
const write = Effect.fnUntraced(function* (open: Open, checkpoint: Checkpoint) {
  const fs = yield* FileSystem.FileSystem
  const last = yield* Ref.get(open.last)
  if (last !== null && isSame(last.meta, checkpoint.meta) && (yield* fs.exists(last.file))) {
    return { written: last, undo: Effect.void }
  }
  const taken = new Set(yield* Listing.entries(open.folder))
  const file = path.join(open.folder, Names.own(checkpoint.meta, taken))
  const ordered = yield* inOrder(open, checkpoint)
  const bytes = yield* CheckpointFile.place(file, ordered)
  return {
    written: { meta: ordered.meta, file, bytes },
    undo: Effect.ignore(fs.remove(file, { force: true }))
  }
})

/** Removes what retention does not keep. A failure to remove is no failure to save. */
const retain = (open: Open, runId: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const own = (yield* scan(open.folder)).ranked.filter(
      ({ meta, name }) => meta.run_id === runId && Names.isOwn(name)
    )
    // What is damaged is neither kept for a good one nor removed.
    const whole = yield* sure(own, (some) => {
      const expendable = Retention.expendable(some, open.retention)
      return expendable.length === 0
        ? []
        : [...expendable, ...Retention.leading(some, open.retention)]
    })
    const expendable = yield* Effect.forEach(
      Retention.expendable(whole, open.retention),
      ({ name, path }) =>
        Effect.map(fs.stat(path), (info) => ({ name, path, id: Listing.idOf(info, path) }))
    )
    const present = new Set(yield* Listing.entries(open.folder))
    yield* Effect.forEach(
      expendable.filter(({ id, name }) => !present.has(Names.pinOf(name)) && !open.loaded.has(id)),
      ({ path }) => fs.remove(path, { force: true }),
      { discard: true }
    )
  }).pipe(
    Effect.catchAll((error) =>
      Effect.logWarning(`old checkpoints are left in ${open.folder}: ${error.message}`)
    )
  )

/**
 * Saves a checkpoint: a file of its own, then the well-known name, then the folder's fsync. Only
 * when all that is durable is anything removed.
 */
export const save = Effect.fn("FileStore.save")(function* (
  open: Open,
  checkpoint: Checkpoint,
  name: CheckpointName
) {
  const alias = path.join(open.folder, Names.fileNames[name])
  const publish = Effect.gen(function* () {
    yield* Effect.mapError(open.lock.check, whileLocking(open.folder))
    const { written, undo } = yield* write(open, checkpoint)
    yield* Effect.onError(AtomicFile.alias(written.file, alias), () => undo)
    yield* Folder.sync(open.folder)
    yield* Ref.set(open.last, written)
    yield* Ref.set(open.newest, written.meta.saved_at)
    return written
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "CheckpointError" ? error : whileWriting(alias)(error)
    )
  )
  const [duration, { bytes, file }] = yield* Effect.timed(publish)
  yield* retain(open, checkpoint.meta.run_id)
  return { path: alias, file, bytes, milliseconds: Duration.toMillis(duration) } satisfies Saved
})
