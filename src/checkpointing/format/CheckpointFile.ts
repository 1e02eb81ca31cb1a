import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { dirname } from "node:path"
import * as Folder from "../../io/Folder.js"
import type { Checkpoint, CheckpointMeta, CheckpointTensor, DType, Unsaved } from "../Checkpoint.js"
import type { CheckpointError } from "../CheckpointError.js"
import { whileWriting } from "../CheckpointError.js"
import * as HistoryColumns from "./HistoryColumns.js"
import * as OpenedFile from "./OpenedFile.js"
import { check } from "./OpenedFile.js"
import { readData, readMeta, verifyData } from "./ReadFile.js"
import { place } from "./WriteFile.js"

export { check, place }

/** What a checkpoint's file says of itself in its header. */
export interface CheckpointInfo {
  readonly meta: CheckpointMeta
  /** The length of the file. */
  readonly bytes: number
  readonly tensors: ReadonlyArray<TensorInfo>
}

/**
 * A tensor of a checkpoint's file; `bytes` is its length, `digest` is in hexadecimal. The columns of a
 * long history are F64.
 */
export interface TensorInfo {
  readonly name: string
  readonly dtype: string
  readonly shape: ReadonlyArray<number>
  readonly bytes: number
  readonly digest: string
}

/** Writes `checkpoint` as `place` does, and makes its name durable too. */
export const write = (
  path: string,
  checkpoint: Unsaved
): Effect.Effect<number, CheckpointError, FileSystem.FileSystem> =>
  Effect.zipLeft(
    place(path, checkpoint),
    Effect.mapError(Folder.sync(dirname(path)), whileWriting(path))
  ).pipe(Effect.withSpan("CheckpointFile.write"))

const infoOf = ({ digests, header }: OpenedFile.Opened, meta: CheckpointMeta): CheckpointInfo => ({
  meta,
  bytes: header.fileLength,
  tensors: [...header.tensors].map(([name, { dtype, shape, begin, end }]) => ({
    name,
    dtype,
    shape,
    bytes: end - begin,
    digest: digests.get(name) ?? ""
  }))
})

/** What a checkpoint says, and that some of its weights are not finite, whoever has saved it. */
const withFinite = (meta: CheckpointMeta, finite: boolean): CheckpointMeta =>
  finite ? meta : { ...meta, finite }

/**
 * Reads and verifies what the checkpoint at `path` says of itself, and the length of its file, but
 * none of its weights and other tensors.
 */
export const inspect = (
  path: string
): Effect.Effect<CheckpointInfo, CheckpointError, FileSystem.FileSystem> =>
  OpenedFile.use(path, (file, opened) =>
    Effect.map(readMeta(path, file, opened), (meta) => infoOf(opened, meta))
  )

/** Reads the checkpoint at `path` and verifies every byte of it, with little memory. */
export const verify = (
  path: string
): Effect.Effect<CheckpointInfo, CheckpointError, FileSystem.FileSystem> =>
  OpenedFile.use(path, (file, opened) =>
    Effect.zipWith(verifyData(path, file, opened), readMeta(path, file, opened), (finite, meta) =>
      infoOf(opened, withFinite(meta, finite))
    )
  ).pipe(Effect.withSpan("CheckpointFile.verify"))

/**
 * Reads the checkpoint at `path` and verifies every byte of it. The bytes of its tensors are views
 * of one buffer, each aligned for its type.
 */
export const read = (
  path: string
): Effect.Effect<Checkpoint, CheckpointError, FileSystem.FileSystem> =>
  OpenedFile.use(path, (file, found) =>
    Effect.map(readData(path, file, found), ({ data, finite, meta }): Checkpoint => {
      const { length } = found.header
      const tensors = new Map(found.header.tensors)
      for (const column of found.columns) tensors.delete(HistoryColumns.tensorOf(column))
      const restored = [...tensors].map(([name, { dtype, shape, begin, end }]) => {
        const bytes = Effect.succeed(data.subarray(begin - length, end - length))
        return [name, { dtype: dtype as DType, shape, bytes }] as const
      })
      return {
        meta: withFinite(meta, finite),
        tensors: new Map<string, CheckpointTensor>(restored)
      }
    })
  ).pipe(Effect.withSpan("CheckpointFile.read"))
