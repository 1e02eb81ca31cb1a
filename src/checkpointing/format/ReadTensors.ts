import * as Effect from "effect/Effect"
import type { TensorInfo } from "../../io/safetensors/Header.js"
import { t } from "../../language/Text.js"
import type { CheckpointMeta } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"
import type { OpenObject } from "../Storage.js"
import * as Digest from "./Digest.js"
import { isFinite } from "./isFinite.js"
import * as HistoryColumns from "./HistoryColumns.js"
import type { CheckpointHeader } from "./ReadHeader.js"

// Each piece costs a turn of the event loop; nothing is read while the last one is verified.
const pieceLength = 1 << 23

type NamedTensor = readonly [name: string, info: TensorInfo]

/** Verifies tensors as their bytes arrive. */
interface TensorVerifier {
  /** Verifies the next bytes; the first are those behind the header. */
  readonly update: (bytes: Uint8Array) => void
  /** The complete tensors so far that do not match their digests. */
  readonly damaged: ReadonlyArray<NamedTensor>
  /** Whether all weights so far are finite. */
  readonly isFinite: () => boolean
}

const makeVerifier = ({ digests, header, meta }: CheckpointHeader): TensorVerifier => {
  const tensors = [...header.tensors]
  const damaged: Array<NamedTensor> = []
  let finite = true
  let nth = 0
  let at = header.length
  let digest = Digest.ofTensor(meta.format_version)
  const update = (bytes: Uint8Array) => {
    const begin = at
    const end = begin + bytes.length
    for (; nth < tensors.length; nth++) {
      const [name, info] = tensors[nth]!
      const to = Math.min(info.end, end)
      const part = bytes.subarray(at - begin, to - begin)
      digest.update(part)
      finite &&= isFinite(name, info, part, at - info.begin)
      at = to
      if (info.end > end) return
      if (digest.finish() !== digests.get(name)) damaged.push([name, info])
      digest = Digest.ofTensor(meta.format_version)
    }
  }
  // Tensors without elements may be all that there are.
  update(new Uint8Array())
  return { damaged, isFinite: () => finite, update }
}

const truncated = (path: string) =>
  new CheckpointError({
    reason: "Truncated",
    path,
    detail: t`the file became shorter while it was read`
  })

const allocate = (path: string, length: number) =>
  Effect.try({
    try: () => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer),
    catch: () =>
      new CheckpointError({
        reason: "Unreadable",
        path,
        detail: t`its tensors take ${length} bytes, more than the memory available`
      })
  })

const damagedTensors = (path: string, damaged: ReadonlyArray<NamedTensor>) => {
  const named = damaged
    .slice(0, 3)
    .map(([name, { begin, end }]) => t`${name} (bytes ${begin} to ${end})`)
  const more = damaged.length > named.length ? t` and ${damaged.length - named.length} more` : ""
  const detail = t`not as they were saved: ${named.join(", ")}${more}`
  return new CheckpointError({ reason: "Damaged", path, detail })
}

/**
 * Reads the data behind a header, each piece while the one before it is verified. `memory` gives the
 * buffer for the `nth` piece. Succeeds with whether all weights are finite.
 */
const verifyPieces = Effect.fnUntraced(function* (
  path: string,
  object: OpenObject,
  opened: CheckpointHeader,
  memory: (nth: number, length: number) => Uint8Array
) {
  const { length, fileLength } = opened.header
  const verifier = makeVerifier(opened)
  let before: Uint8Array = new Uint8Array()
  for (let nth = 0, begin = length; begin < fileLength; nth++, begin += pieceLength) {
    const piece = memory(nth, Math.min(pieceLength, fileLength - begin))
    const unverified = before
    // In this order: the read starts before this thread is busy.
    const [read] = yield* Effect.all(
      [object.read(begin, piece), Effect.sync(() => verifier.update(unverified))],
      { concurrency: "unbounded" }
    )
    if (read < piece.length) return yield* truncated(path)
    before = piece
  }
  verifier.update(before)
  if (verifier.damaged.length > 0) return yield* damagedTensors(path, verifier.damaged)
  return verifier.isFinite()
})

/** The metadata with the whole history; `bytesOf` gives the columns of a long one. */
const withHistory = (
  { columns, header, meta }: CheckpointHeader,
  bytesOf: (tensor: TensorInfo) => Uint8Array
): CheckpointMeta => {
  if (columns.length === 0) return meta
  const beginning = HistoryColumns.join(
    columns.map(
      (name) => [name, bytesOf(header.tensors.get(HistoryColumns.tensorOf(name))!)] as const
    )
  )
  return { ...meta, train_history: [...beginning, ...meta.train_history] }
}

/** All metadata of a checkpoint: the header's, and the columns of its history, verified. */
export const readMeta = Effect.fnUntraced(function* (
  path: string,
  object: OpenObject,
  opened: CheckpointHeader
) {
  const bytes = new Map<TensorInfo, Uint8Array>()
  for (const name of opened.columns.map(HistoryColumns.tensorOf)) {
    const tensor = opened.header.tensors.get(name)!
    const column = yield* allocate(path, tensor.end - tensor.begin)
    if ((yield* object.read(tensor.begin, column)) < column.length) return yield* truncated(path)
    if (Digest.ofBytes(column) !== opened.digests.get(name)) {
      return yield* damagedTensors(path, [[name, tensor]])
    }
    bytes.set(tensor, column)
  }
  return withHistory(opened, (tensor) => bytes.get(tensor)!)
})

/** Reads and verifies the data behind a header. Succeeds with it, all metadata, and finiteness. */
export const readData = Effect.fnUntraced(function* (
  path: string,
  object: OpenObject,
  opened: CheckpointHeader
) {
  const { fileLength, length } = opened.header
  const data = yield* allocate(path, fileLength - length)
  const finite = yield* verifyPieces(path, object, opened, (nth, size) =>
    data.subarray(nth * pieceLength, nth * pieceLength + size)
  )
  const meta = withHistory(opened, ({ begin, end }) => data.subarray(begin - length, end - length))
  return { data, finite, meta }
})

/** Verifies the data behind a header like `readData`, with no more than two pieces in memory. */
export const verifyData = (path: string, object: OpenObject, opened: CheckpointHeader) =>
  Effect.suspend(() => {
    const longest = Math.min(pieceLength, opened.header.fileLength - opened.header.length)
    const pieces = [Buffer.allocUnsafeSlow(longest), Buffer.allocUnsafeSlow(longest)] as const
    return verifyPieces(path, object, opened, (nth, size) =>
      pieces[nth % 2 ? 1 : 0].subarray(0, size)
    )
  })
