import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as OpenFile from "../../io/OpenFile.js"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import type { TensorInfo } from "../../io/safetensors/Header.js"
import * as HistoryColumns from "./HistoryColumns.js"
import type { Opened } from "./OpenedFile.js"
import type { TensorChecking } from "./TensorChecking.js"
import * as Checking from "./TensorChecking.js"
import * as TensorDigest from "./TensorDigest.js"

// Each piece costs a turn of the event loop; nothing is read while the last one is verified.
const pieceLength = 1 << 23

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
        detail: t`its tensors take ${length} bytes, more than can be had`
      })
  })

const nameOf = (damaged: TensorChecking["damaged"]): string => {
  const places = damaged
    .slice(0, 3)
    .map(([name, { begin, end }]) => t`${name} (bytes ${begin} to ${end})`)
  const more = damaged.length > places.length ? t` and ${damaged.length - places.length} more` : ""
  return t`not as they were saved: ${places.join(", ")}${more}`
}

/**
 * Reads the data behind a header, each piece while the one before it is verified: the `nth` into
 * memory that `memory` gives, which is then `length` bytes long. Gives whether all weights are finite.
 */
const verifying = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  opened: Opened,
  memory: (nth: number, length: number) => Uint8Array
) {
  const { length, fileLength } = opened.header
  const checking = Checking.make(opened)
  yield* file.seek(length, "start")
  let before: Uint8Array = new Uint8Array()
  for (let nth = 0, begin = length; begin < fileLength; nth++, begin += pieceLength) {
    const piece = memory(nth, Math.min(pieceLength, fileLength - begin))
    const verified = before
    // In this order: the reading is under way before verifying takes this thread.
    const [read] = yield* Effect.all(
      [OpenFile.fill(file, piece), Effect.sync(() => checking.take(verified))],
      { concurrency: "unbounded" }
    )
    if (read < piece.length) return yield* truncated(path)
    before = piece
  }
  checking.take(before)
  if (checking.damaged.length > 0) {
    return yield* new CheckpointError({ reason: "Damaged", path, detail: nameOf(checking.damaged) })
  }
  return checking.isFinite()
})

/** All of what a header says, its whole history included, whose columns `bytesOf` gives. */
const withHistory = (
  { columns, header, meta }: Opened,
  bytesOf: (tensor: TensorInfo) => Uint8Array
) => {
  if (columns.length === 0) return meta
  const beginning = HistoryColumns.join(
    columns.map(
      (name) => [name, bytesOf(header.tensors.get(HistoryColumns.tensorOf(name))!)] as const
    )
  )
  return { ...meta, train_history: [...beginning, ...meta.train_history] }
}

/** All that a checkpoint says of itself: what its header says, and the columns of its history. */
export const readMeta = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  opened: Opened
) {
  const bytes = new Map<TensorInfo, Uint8Array>()
  for (const name of opened.columns) {
    const tensor = opened.header.tensors.get(HistoryColumns.tensorOf(name))!
    const column = yield* allocate(path, tensor.end - tensor.begin)
    yield* file.seek(tensor.begin, "start")
    if ((yield* OpenFile.fill(file, column)) < column.length) return yield* truncated(path)
    if (TensorDigest.of(column) !== opened.digests.get(HistoryColumns.tensorOf(name))) {
      const detail = nameOf([[HistoryColumns.tensorOf(name), tensor]])
      return yield* new CheckpointError({ reason: "Damaged", path, detail })
    }
    bytes.set(tensor, column)
  }
  return withHistory(opened, (tensor) => bytes.get(tensor)!)
})

/**
 * Reads the data behind a header and verifies it; gives it, whether all weights are finite, and all
 * that the checkpoint says.
 */
export const readData = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  opened: Opened
) {
  const length = opened.header.fileLength - opened.header.length
  const data = yield* allocate(path, length)
  const finite = yield* verifying(path, file, opened, (nth, length) =>
    data.subarray(nth * pieceLength, nth * pieceLength + length)
  )
  const meta = withHistory(opened, ({ begin, end }) =>
    data.subarray(begin - opened.header.length, end - opened.header.length)
  )
  return { data, finite, meta }
})

/** Verifies the data behind a header, with the same answer; of it no more than two pieces are in memory at a time. */
export const verifyData = (path: string, file: FileSystem.File, opened: Opened) =>
  Effect.suspend(() => {
    const longest = Math.min(pieceLength, opened.header.fileLength - opened.header.length)
    const pieces = [Buffer.allocUnsafeSlow(longest), Buffer.allocUnsafeSlow(longest)] as const
    return verifying(path, file, opened, (nth, length) =>
      pieces[nth % 2 ? 1 : 0].subarray(0, length)
    )
  })
