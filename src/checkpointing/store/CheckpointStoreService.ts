import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Checkpoint, Unsaved } from "../Checkpoint.js"
import type { CheckpointEntry, LoadedCheckpoint } from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointName } from "../FileNames.js"
import type { CheckpointInfo } from "../format/CheckpointFile.js"
import type { Retention } from "../Retention.js"

/** A checkpoint that is now durable. */
export interface Saved {
  /** The well-known name that it was saved under. */
  readonly path: string
  /** The name that it keeps when the well-known one has moved on. */
  readonly file: string
  readonly bytes: number
  readonly milliseconds: number
}

/** What one look into a folder has found; the finders load from it without looking again. */
export interface FolderScan {
  /** Every checkpoint, newest first, then those whose headers are damaged. */
  readonly entries: ReadonlyArray<CheckpointEntry>
  /** See `CheckpointReader.latest`. */
  readonly latest: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
  /** See `CheckpointReader.best`. */
  readonly best: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
}

/** The checkpoints in a folder, to list and load. */
export interface CheckpointReader {
  readonly path: string
  /** Every checkpoint in the folder, newest first, then those whose headers are damaged. */
  readonly list: Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
  /** Lists the folder once, for all that a caller needs of it. */
  readonly scan: Effect.Effect<FolderScan, CheckpointError>
  /** The newest intact checkpoint. Damaged ones are named in warnings and skipped. */
  readonly latest: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
  /** The intact checkpoint with the best value of the metric that the run monitors. */
  readonly best: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
  /** Loads a checkpoint and verifies every byte of it. */
  readonly load: (entry: CheckpointEntry) => Effect.Effect<Checkpoint, CheckpointError>
}

/** The checkpoints of a run; no other process saves to its folder. */
export interface CheckpointWriter extends CheckpointReader {
  /**
   * Saves a checkpoint under a name. When this succeeds it is intact and durable; before that the name
   * stands for its predecessor. One save at a time; each, once begun, completes.
   */
  readonly save: (
    checkpoint: Unsaved,
    name: CheckpointName
  ) => Effect.Effect<Saved, CheckpointError>
  /**
   * Moves all checkpoints but those that `stays` selects to a new folder inside this one; succeeds
   * with its path.
   */
  readonly archive: (
    stays: (entry: CheckpointEntry) => boolean
  ) => Effect.Effect<string, CheckpointError>
  /** Waits until another process holds the folder, so that nothing can be saved; gives the reason. */
  readonly lost: Effect.Effect<CheckpointError>
  /** How many times the folder disappeared and was created again, without its checkpoints. */
  readonly remade: Effect.Effect<number>
}

/** A second folder, or bucket, with copies of the checkpoints of a folder. */
export interface MirrorOptions {
  readonly folder: string
  /** For how many seconds the end waits until the last checkpoint is copied; 60 by default. */
  readonly patience?: number
  /** The first pause after a failed copy, in milliseconds, which doubles up to a minute; a second by default. */
  readonly pause?: number
}

/** How a folder is opened. */
export interface OpenOptions {
  /** Which checkpoints are kept; by default the latest, the one before, and the best. */
  readonly retention?: Retention
  /** Takes over at once from a process that cannot be checked: on another host, or without a lease. */
  readonly force?: boolean
  /**
   * Has each save copied in the background. Until the scope closes no other process can open a folder with
   * this mirror, nor the mirror itself. What only the mirror has is copied to the folder first.
   */
  readonly mirror?: MirrorOptions | null
}

/** What a `CheckpointStore` offers. */
export interface CheckpointStoreService {
  /**
   * Opens a folder, which need not exist, for a run: until the scope closes, no other process can.
   */
  readonly open: (
    folder: string,
    options?: OpenOptions
  ) => Effect.Effect<CheckpointWriter, CheckpointError, Scope.Scope>
  /**
   * Reads a folder, which need not exist and may be in use, and a mirror of it: of what both have intact,
   * the folder's.
   */
  readonly openReadOnly: (folder: string, mirror?: string | null) => CheckpointReader
  /** The folder that holds the checkpoint at `path`, as the path names it. */
  readonly folderOf: (path: string) => string
  /** Whether the checkpoint at `path` is in `folder`, by whatever path the two are named. */
  readonly holds: (folder: string, path: string) => Effect.Effect<boolean>
  /** Every checkpoint in a folder; see `CheckpointReader.list`. */
  readonly list: (folder: string) => Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
  /** Loads the checkpoint at `path` and verifies every byte of it. */
  readonly load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
  /** Reads and verifies the header of the checkpoint at `path`, and no tensor. */
  readonly inspect: (path: string) => Effect.Effect<CheckpointInfo, CheckpointError>
  /**
   * Verifies every byte of the checkpoint at `path`, or of each one in the folder there. Damage is in
   * the `health` of an entry; it is not an error.
   */
  readonly verify: (path: string) => Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
  /** Keeps the checkpoint at `path` permanently, whatever retention says; gives its own path. */
  readonly pin: (path: string) => Effect.Effect<string, CheckpointError>
  /** Leaves the checkpoint at `path` to retention again; gives its own path. */
  readonly unpin: (path: string) => Effect.Effect<string, CheckpointError>
}
