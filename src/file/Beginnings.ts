import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { closeSync, openSync, readSync } from "node:fs"
import * as EventLoop from "./EventLoop.js"
import * as OpenFile from "./OpenFile.js"

/** How much of a file's beginning is wanted, at first and, told by that, in all. */
export interface Wanted {
  readonly first: number
  readonly inAll: (first: Uint8Array) => number
}

// Who wants more wants something else.
const most = 1 << 23

/** Memory that is used again and again, and grows as it is needed. */
class Memory {
  buffer = Buffer.allocUnsafeSlow(0)
  get(length: number): Uint8Array {
    if (length > this.buffer.length) {
      const old = this.buffer
      this.buffer = Buffer.allocUnsafeSlow(2 * length)
      this.buffer.set(old)
    }
    return this.buffer.subarray(0, length)
  }
}

/** Reads the beginning of a file into memory; gives it, or none if it cannot be read. */
type Read = (
  file: string,
  memory: Memory,
  wanted: Wanted
) => Effect.Effect<Option.Option<Uint8Array>>

const restOf = (memory: Memory, { inAll }: Wanted, first: Uint8Array): Uint8Array =>
  memory.get(Math.min(most, Math.max(first.length, inAll(first)))).subarray(first.length)

const through =
  (fs: FileSystem.FileSystem): Read =>
  (file, memory, wanted) =>
    fs.open(file).pipe(
      Effect.flatMap((opened) =>
        Effect.gen(function* () {
          const read = yield* OpenFile.fill(opened, memory.get(wanted.first))
          const rest = restOf(memory, wanted, memory.get(read))
          return memory.get(read + (yield* OpenFile.fill(opened, rest)))
        })
      ),
      OpenFile.scoped,
      Effect.option
    )

const readNow = Option.liftThrowable((file: string, memory: Memory, wanted: Wanted) => {
  const descriptor = openSync(file, "r")
  try {
    const read = readSync(descriptor, memory.get(wanted.first), 0, wanted.first, 0)
    const rest = restOf(memory, wanted, memory.get(read))
    return memory.get(read + readSync(descriptor, rest, 0, rest.length, read))
  } finally {
    closeSync(descriptor)
  }
})

// To wake another thread for each of the operations takes ten times as long as to do them.
const atOnce: Read = (file, memory, wanted) => Effect.sync(() => readNow(file, memory, wanted))

// In between, others have their turn.
const slice = 16

/**
 * Gives `use` as many of the first bytes of each file as are wanted, or nothing of one that cannot
 * be read: why, another attempt will tell. `use` must not keep the bytes.
 */
export const read = Effect.fnUntraced(function* <A>(
  files: ReadonlyArray<string>,
  wanted: Wanted,
  use: (file: string, bytes: Option.Option<Uint8Array>) => A
) {
  const fs = yield* FileSystem.FileSystem
  const node = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
  const start = fs.open === node.open ? atOnce : through(fs)
  const memory = new Memory()
  const results: Array<A> = []
  for (const file of files) {
    results.push(use(file, yield* start(file, memory, wanted)))
    if (results.length % slice === 0) yield* EventLoop.breathe
  }
  return results
})
