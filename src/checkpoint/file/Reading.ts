import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
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

/**
 * The file at `path` opened once more, so that two threads read it; nothing if that cannot be had,
 * or if by now another file has this name.
 */
const again = (path: string, file: FileSystem.File) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const other = yield* fs.open(path)
    const [one, two] = yield* Effect.all([file.stat, other.stat])
    const isSame = Option.isSome(one.ino) && Equal.equals(one.ino, two.ino) && one.dev === two.dev
    return isSame ? [other] : []
  }).pipe(Effect.orElseSucceed(() => []))

/** Reads the data behind a header, some pieces while those before them are verified. */
export const readData = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  opened: Opened
) {
  const { length, fileLength } = opened.header
  const data = new Uint8Array(Buffer.allocUnsafeSlow(fileLength - length).buffer)
  const { checkUntil, damaged } = checking(data, opened)
  const read = Effect.fnUntraced(function* (file: FileSystem.File, begin: number) {
    const piece = data.subarray(begin - length, begin - length + pieceLength)
    yield* file.seek(begin, "start")
    if ((yield* OpenFile.fill(file, piece)) < piece.length) {
      const detail = "the file became shorter while it was read"
      return yield* new CheckpointError({ reason: "Truncated", path, detail })
    }
  })
  // Most of a read is the system's handing out fresh memory, which it does for two threads at once.
  const files = [file, ...(data.length > pieceLength ? yield* again(path, file) : [])]
  for (let begin = length; begin < fileLength; begin += files.length * pieceLength) {
    const reads = files.map((file, i) => read(file, begin + i * pieceLength))
    // In this order: the reading is under way before the hashing takes this thread.
    yield* Effect.all([...reads, Effect.sync(() => checkUntil(begin))], {
      concurrency: "unbounded",
      discard: true
    })
  }
  checkUntil(fileLength)
  if (damaged.length === 0) return data
  return yield* new CheckpointError({ reason: "Damaged", path, detail: name(damaged) })
}, OpenFile.scoped)
