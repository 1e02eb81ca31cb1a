import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Whole, Candidate } from "./Candidate.js"
import type { Checkpoint } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { CheckpointInfo } from "./CheckpointFile.js"

/** The two names under which a run's checkpoints can always be opened. */
export type CheckpointName = "latest" | "best"

/** The files of these names. */
export const fileNames: Record<CheckpointName, string> = {
  latest: "latest_checkpoint.safetensors",
  best: "best_model.safetensors"
}

/** A checkpoint that is now durable. */
export interface Saved {
  readonly path: string
  readonly bytes: number
  readonly milliseconds: number
}

/** The checkpoints of a run. */
export interface CheckpointFolder {
  readonly path: string
  /**
   * Saves a checkpoint under a name: when this succeeds it is whole and durable, and before that
   * the checkpoint of that name is the one before. One save at a time; each, once begun, completes.
   */
  readonly save: (
    checkpoint: Checkpoint,
    name: CheckpointName
  ) => Effect.Effect<Saved, CheckpointError>
  /** Loads a candidate and verifies every byte of it. */
  readonly load: (candidate: Candidate) => Effect.Effect<Checkpoint, CheckpointError>
  /** Loads the newest, or best, whole checkpoint; null if there is none. */
  readonly fetch: (name: CheckpointName) => Effect.Effect<Checkpoint | null, CheckpointError>
  /** Every checkpoint in the folder, newest first, then those whose headers are damaged. */
  readonly list: Effect.Effect<ReadonlyArray<Candidate>, CheckpointError>
  /**
   * The newest checkpoint that is whole to the last byte. Those that are not are named in warnings
   * and passed over.
   */
  readonly latest: Effect.Effect<Option.Option<Whole>, CheckpointError>
  /** The whole checkpoint with the best value of the metric that the run watches. */
  readonly best: Effect.Effect<Option.Option<Whole>, CheckpointError>
  /** Moves all checkpoints to a new folder inside this one, and gives its path. */
  readonly archive: Effect.Effect<string, CheckpointError>
}

/**
 * Keeps checkpoints. Its promise: a save is durable and whole, or it never happened; damage is
 * detected, named and passed over; nothing good is lost to make room for something that is not yet
 * durable.
 */
export class CheckpointStore extends Context.Tag("holdfast/CheckpointStore")<
  CheckpointStore,
  {
    /** Opens a folder, which need not exist, for a run. */
    readonly open: (folder: string) => Effect.Effect<CheckpointFolder, CheckpointError, Scope.Scope>
    /** Every checkpoint in a folder; see `CheckpointFolder.list`. */
    readonly list: (folder: string) => Effect.Effect<ReadonlyArray<Candidate>, CheckpointError>
    /** Loads the checkpoint at `path` and verifies every byte of it. */
    readonly load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
    /** Reads and verifies the header of the checkpoint at `path`, and no tensor. */
    readonly inspect: (path: string) => Effect.Effect<CheckpointInfo, CheckpointError>
  }
>() {}
