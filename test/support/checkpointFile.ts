import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { Unsaved } from "../../src/checkpointing/Checkpoint.js"
import * as CheckpointFile from "../../src/checkpointing/format/CheckpointFile.js"
import { writeCheckpoint } from "../../src/checkpointing/format/WriteCheckpoint.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import { Storage } from "../../src/checkpointing/Storage.js"

/** Runs an effect on the files of the file system service. */
export const onFiles = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, FileSystem.FileSystem | Exclude<R, Storage>> =>
  Effect.flatMap(FileStorage.make, (storage) => Effect.provideService(effect, Storage, storage))

/** Writes a checkpoint to a file, durably; succeeds with its length. */
export const write = (path: string, checkpoint: Unsaved) =>
  onFiles(
    Effect.zipLeft(
      writeCheckpoint(path, checkpoint),
      Effect.flatMap(Storage, ({ split, sync }) => sync(split(path).folder))
    )
  )

export const read = (path: string) => onFiles(CheckpointFile.read(path))
export const inspect = (path: string) => onFiles(CheckpointFile.inspect(path))
export const verify = (path: string) => onFiles(CheckpointFile.verify(path))
