import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import * as EventLoop from "./EventLoop.js"
import * as NodeFiles from "./NodeFiles.js"
import * as OpenFile from "./OpenFile.js"

/** The beginning of a file, read into `memory`; none if it cannot be read. */
const through = (fs: FileSystem.FileSystem, file: string, memory: Uint8Array) =>
  fs.open(file).pipe(
    Effect.flatMap((opened) => OpenFile.fill(opened, memory)),
    OpenFile.scoped,
    Effect.map((read) => memory.subarray(0, read)),
    Effect.option
  )

// To open a named pipe otherwise waits for somebody to write to it, and all of this process with it.
const unblocked = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The same, at once: to wake another thread for each operation takes ten times as long as to do it. */
const readNow = Option.liftThrowable((file: string, memory: Uint8Array) => {
  const descriptor = openSync(file, unblocked)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error("not a regular file")
    return memory.subarray(0, readSync(descriptor, memory, 0, memory.length, 0))
  } finally {
    closeSync(descriptor)
  }
})

// In between, others have their turn.
const slice = 32

/**
 * Gives `use` the first `length` bytes of each file, all of a shorter one, or nothing of one that
 * cannot be read: why, another attempt will tell. `use` must not keep the bytes.
 */
export const read = Effect.fnUntraced(function* <A>(
  files: ReadonlyArray<string>,
  length: number,
  use: (file: string, start: Option.Option<Uint8Array>) => A
) {
  const fs = yield* FileSystem.FileSystem
  const areOurs = yield* NodeFiles.areOurs
  const memory = Buffer.allocUnsafeSlow(length)
  const results: Array<A> = []
  for (const file of files) {
    results.push(use(file, areOurs ? readNow(file, memory) : yield* through(fs, file, memory)))
    if (results.length % slice === 0) yield* EventLoop.breathe
  }
  return results
})
