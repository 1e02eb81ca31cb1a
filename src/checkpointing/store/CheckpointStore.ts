import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { CheckpointEntry, LoadedCheckpoint } from "../CheckpointEntry.js"
import type { Checkpoint, Unsaved } from "../Checkpoint.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointInfo } from "../format/CheckpointFile.js"
import type { CheckpointName } from "../FileNames.js"
import type { Retention } from "../Retention.js"

export { fileNames, fileOf } from "../FileNames.js"
export type { CheckpointName } from "../FileNames.js"

/** A checkpoint that is now durable. */
export interface Saved {
  /** The well-known name that it was saved under. */
  readonly path: string
  /** The name that it keeps, when the well-known one has moved on. */
  readonly file: string
  readonly bytes: number
  readonly milliseconds: number
}

/** The checkpoints in a folder, to look at and load. */
export interface CheckpointReader {
  readonly path: string
  /** Every checkpoint in the folder, newest first, then those whose headers are damaged. */
  readonly list: Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
  /**
   * The newest checkpoint that is whole to the last byte. Those that are not are named in warnings
   * and passed over.
   */
  readonly latest: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
  /** The whole checkpoint with the best value of the metric that the run watches. */
  readonly best: Effect.Effect<Option.Option<LoadedCheckpoint>, CheckpointError>
  /** Loads a candidate and verifies every byte of it. */
  readonly load: (candidate: CheckpointEntry) => Effect.Effect<Checkpoint, CheckpointError>
}

/** The checkpoints of a run, which no other process saves to. */
export interface CheckpointWriter extends CheckpointReader {
  /**
   * Saves a checkpoint under a name: when this succeeds it is whole and durable, and before that
   * the checkpoint of that name is the one before. One save at a time; each, once begun, completes.
   */
  readonly save: (
    checkpoint: Unsaved,
    name: CheckpointName
  ) => Effect.Effect<Saved, CheckpointError>
  /**
   * Moves all checkpoints but those that stay to a new folder inside this one, and gives its path.
   */
  readonly archive: (
    stays: (candidate: CheckpointEntry) => boolean
  ) => Effect.Effect<string, CheckpointError>
  /** Waits until another process has the folder, so that nothing can be saved any more; why. */
  readonly lost: Effect.Effect<CheckpointError>
  /** How often the folder was removed or renamed, and made again: what was in it is gone. */
  readonly remade: Effect.Effect<number>
}

/** How a folder is opened. */
export interface OpenOptions {
  /** Which checkpoints are kept; by default the latest, the one before, and the best. */
  readonly retention?: Retention
  /** Takes over from another host's process at once, and from one that no lease tells of. */
  readonly force?: boolean
}

/**
 * Keeps checkpoints. Its promise: a save is durable and whole, or it never happened; damage is
 * detected, named and passed over; nothing good is lost to make room for something that is not yet
 * durable.
 */
export class CheckpointStore extends Context.Tag("holdfast/CheckpointStore")<
  CheckpointStore,
  {
    /**
     * Opens a folder, which need not exist, for a run: until the scope closes, no other process can.
     */
    readonly open: (
      folder: string,
      options?: OpenOptions
    ) => Effect.Effect<CheckpointWriter, CheckpointError, Scope.Scope>
    /** Looks into a folder, which need not exist and may be in use. */
    readonly openReadOnly: (folder: string) => CheckpointReader
    /** Whether the checkpoint at `path` lies in `folder`, by whatever path the two are named. */
    readonly holds: (folder: string, path: string) => Effect.Effect<boolean>
    /** Every checkpoint in a folder; see `CheckpointShelf.list`. */
    readonly list: (
      folder: string
    ) => Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
    /** Loads the checkpoint at `path` and verifies every byte of it. */
    readonly load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
    /** Reads and verifies the header of the checkpoint at `path`, and no tensor. */
    readonly inspect: (path: string) => Effect.Effect<CheckpointInfo, CheckpointError>
    /**
     * Reads every byte of the checkpoint at `path`, or of each in the folder there, and tells the
     * health of each as a whole. What is damaged is told, and no error.
     */
    readonly verify: (
      path: string
    ) => Effect.Effect<ReadonlyArray<CheckpointEntry>, CheckpointError>
    /** Keeps the checkpoint at `path` for ever, whatever retention says; gives its own path. */
    readonly pin: (path: string) => Effect.Effect<string, CheckpointError>
    /** Leaves the checkpoint at `path` to retention again; gives its own path. */
    readonly unpin: (path: string) => Effect.Effect<string, CheckpointError>
  }
>() {}
