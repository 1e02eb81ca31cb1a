import * as Effect from "effect/Effect"
import type { Checkpoint, CheckpointMeta, CheckpointTensor, DType } from "../Checkpoint.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { Storage } from "../Storage.js"
import * as HistoryColumns from "./HistoryColumns.js"
import { withHeader, type CheckpointHeader } from "./ReadHeader.js"
import { readData, readMeta, verifyData } from "./ReadTensors.js"

/** What the header of a checkpoint's file contains. */
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

const infoOf = ({ digests, header }: CheckpointHeader, meta: CheckpointMeta): CheckpointInfo => ({
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

/** The metadata, marked where weights turned out not to be finite. */
const withFinite = (meta: CheckpointMeta, finite: boolean): CheckpointMeta =>
  finite ? meta : { ...meta, finite }

/** Reads and verifies the metadata of the checkpoint at `path` and its length, but no weights. */
export const inspect = (path: string): Effect.Effect<CheckpointInfo, CheckpointError, Storage> =>
  withHeader(path, (object, header) =>
    Effect.map(readMeta(path, object, header), (meta) => infoOf(header, meta))
  )

/** Reads and verifies every byte of the checkpoint at `path`, with little memory. */
export const verify = (path: string): Effect.Effect<CheckpointInfo, CheckpointError, Storage> =>
  withHeader(path, (object, header) =>
    Effect.zipWith(
      verifyData(path, object, header),
      readMeta(path, object, header),
      (finite, meta) => infoOf(header, withFinite(meta, finite))
    )
  ).pipe(Effect.withSpan("CheckpointFile.verify"))

/**
 * Reads and verifies every byte of the checkpoint at `path`. The bytes of its tensors are views of one
 * buffer, each aligned for its type.
 */
export const read = (path: string): Effect.Effect<Checkpoint, CheckpointError, Storage> =>
  withHeader(path, (object, opened) =>
    Effect.map(readData(path, object, opened), ({ data, finite, meta }): Checkpoint => {
      const { length, tensors } = opened.header
      const columns = new Set(opened.columns.map(HistoryColumns.tensorOf))
      const restored = [...tensors]
        .filter(([name]) => !columns.has(name))
        .map(([name, { dtype, shape, begin, end }]): [string, CheckpointTensor] => {
          const bytes = Effect.succeed(data.subarray(begin - length, end - length))
          return [name, { dtype: dtype as DType, shape, bytes }]
        })
      return { meta: withFinite(meta, finite), tensors: new Map(restored) }
    })
  ).pipe(Effect.withSpan("CheckpointFile.read"))
