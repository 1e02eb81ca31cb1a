import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { closeSync, openSync, readSync } from "node:fs"
import * as OpenFile from "./OpenFile.js"

/** Reads the beginning of a file into `buffer`; gives how many bytes, none if it cannot be read. */
type Read = (file: string, buffer: Uint8Array) => Effect.Effect<Option.Option<number>>

const through =
  (fs: FileSystem.FileSystem): Read =>
  (file, buffer) =>
    fs.open(file).pipe(
      Effect.flatMap((opened) => Effect.uninterruptible(opened.read(buffer))),
      OpenFile.scoped,
      Effect.map(Number),
      Effect.option
    )

const readNow = Option.liftThrowable((file: string, buffer: Uint8Array): number => {
  const descriptor = openSync(file, "r")
  try {
    return readSync(descriptor, buffer, 0, buffer.length, 0)
  } finally {
    closeSync(descriptor)
  }
})

// To wake another thread for each of the three operations takes ten times as long as to do them.
const atOnce: Read = (file, buffer) => Effect.sync(() => readNow(file, buffer))

// In between, others have their turn.
const slice = 16

const breathe = Effect.async<void>((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

/**
 * Gives `use` the first bytes of each file, `length` at the most, or nothing of one that cannot be
 * read: why, another attempt will tell. `use` must not keep the bytes.
 */
export const read = Effect.fnUntraced(function* <A>(
  files: ReadonlyArray<string>,
  length: number,
  use: (file: string, bytes: Option.Option<Uint8Array>) => A
) {
  const fs = yield* FileSystem.FileSystem
  const node = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
  const start = fs.open === node.open ? atOnce : through(fs)
  const buffer = Buffer.allocUnsafeSlow(length)
  const results: Array<A> = []
  for (const file of files) {
    const bytes = yield* start(file, buffer)
    results.push(
      use(
        file,
        Option.map(bytes, (count) => buffer.subarray(0, count))
      )
    )
    if (results.length % slice === 0) yield* breathe
  }
  return results
})
