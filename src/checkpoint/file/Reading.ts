import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as OpenFile from "../../file/OpenFile.js"
import { CheckpointError } from "../CheckpointError.js"
import type { Opened } from "./Opened.js"
import type { TensorChecking } from "./TensorChecking.js"
import * as Checking from "./TensorChecking.js"

// Each piece costs a turn of the event loop; nothing is read while the last one is verified.
const pieceLength = 1 << 23

const name = (damaged: TensorChecking["damaged"]): string => {
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
) {
  const { length, fileLength } = opened.header
  const data = new Uint8Array(Buffer.allocUnsafeSlow(fileLength - length).buffer)
  const checking = Checking.make(data, opened)
  const read = Effect.fnUntraced(function* (begin: number) {
    const piece = data.subarray(begin - length, begin - length + pieceLength)
    if ((yield* OpenFile.fill(file, piece)) < piece.length) {
      const detail = "the file became shorter while it was read"
      return yield* new CheckpointError({ reason: "Truncated", path, detail })
    }
  })
  for (let begin = length; begin < fileLength; begin += pieceLength) {
    // In this order: the reading is under way before verifying takes this thread.
    yield* Effect.all([read(begin), Effect.sync(() => checking.until(begin))], {
      concurrency: "unbounded",
      discard: true
    })
  }
  checking.until(fileLength)
  if (checking.damaged.length === 0) return data
  return yield* new CheckpointError({ reason: "Damaged", path, detail: name(checking.damaged) })
})
