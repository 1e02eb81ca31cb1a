import type * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as OpenFile from "../../file/OpenFile.js"
import type { TensorInfo } from "../../file/safetensors/Header.js"
import { CheckpointError } from "../CheckpointError.js"
import type { Opened } from "./Opened.js"

// Hashed right after it was read, a piece is still in the processor's cache; and this thread is
// free between two pieces.
const pieceLength = 1 << 21

type Named = [string, TensorInfo]

/** Hashes tensors as their bytes come, and tells those that are not as they were saved. */
const checking = (data: Uint8Array, { header, digests }: Opened) => {
  const damaged: Array<Named> = []
  const tensors = [...header.tensors]
  let hash = createHash("sha256")
  let at = 0
  let hashed = header.length
  /** Hashes the bytes before `until`, counted from the start of the file. */
  const checkUntil = (until: number): void => {
    for (let tensor = tensors[at]; tensor !== undefined; tensor = tensors[++at]) {
      const [name, { end }] = tensor
      const stop = Math.min(end, until)
      hash.update(data.subarray(hashed - header.length, stop - header.length))
      hashed = stop
      if (stop < end) return
      if (hash.digest("hex") !== digests.get(name)) damaged.push(tensor)
      hash = createHash("sha256")
    }
  }
  return { checkUntil, damaged }
}

const name = (damaged: ReadonlyArray<Named>): string => {
  const places = damaged
    .slice(0, 3)
    .map(([name, { begin, end }]) => `${name} (bytes ${begin} to ${end})`)
  const more = damaged.length > places.length ? ` and ${damaged.length - places.length} more` : ""
  return `not as they were saved: ${places.join(", ")}${more}`
}

/** Reads the data behind a header, each piece while the one before it is verified. */
export const readData = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  opened: Opened
): Effect.fn.Return<Uint8Array, CheckpointError | PlatformError> {
  const { length, fileLength } = opened.header
  const data = new Uint8Array(Buffer.allocUnsafeSlow(fileLength - length).buffer)
  const { checkUntil, damaged } = checking(data, opened)
  const read = Effect.fnUntraced(function* (begin: number) {
    const piece = data.subarray(begin - length, begin - length + pieceLength)
    if ((yield* OpenFile.fill(file, piece)) < piece.length) {
      const detail = "the file became shorter while it was read"
      return yield* new CheckpointError({ reason: "Truncated", path, detail })
    }
  })
  for (let begin = length; begin < fileLength; begin += pieceLength) {
    // In this order: the reading is under way before the hashing takes this thread.
    yield* Effect.all([read(begin), Effect.sync(() => checkUntil(begin))], { concurrency: 2 })
  }
  checkUntil(fileLength)
  if (damaged.length === 0) return data
  return yield* new CheckpointError({ reason: "Damaged", path, detail: name(damaged) })
})
