import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BigIntStats } from "node:fs"
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs"
import * as EventLoop from "./EventLoop.js"
import { isNodeFileSystem } from "./isNodeFileSystem.js"
import * as OpenFile from "./OpenFile.js"

/** The beginning of a file. `start` is only valid during the call that it is passed to. */
export interface FilePrefix {
  readonly start: Uint8Array
  /** The length of the whole file. */
  readonly bytes: number
}

/** Results computed from prefixes, by path; `state` is the state of the file that each belongs to. */
export type PrefixCache<A> = Map<string, { readonly state: string; readonly result: A }>

const readThrough = (fs: FileSystem.FileSystem, file: string, memory: Uint8Array) =>
  fs.open(file).pipe(
    Effect.flatMap((opened) =>
      Effect.zipWith(opened.stat, OpenFile.fill(opened, memory), ({ size }, read) => ({
        start: memory.subarray(0, read),
        bytes: Number(size)
      }))
    ),
    OpenFile.scoped,
    Effect.option
  )

/** Changes whenever a file is written to or replaced. */
const stateOf = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`

const stateNow = Option.liftThrowable((file: string) => stateOf(statSync(file, { bigint: true })))

// A file that changed so recently can change again without a difference in its times, which some file
// systems count in seconds. A clock that was set back is not trusted either.
const settled = 3000n * 1_000_000n

// Opening a named pipe otherwise blocks the process until somebody writes to it.
const unblocked = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Synchronous: to wake another thread for each operation takes ten times as long. */
const readNow = Option.liftThrowable((file: string, memory: Uint8Array) => {
  const descriptor = openSync(file, unblocked)
  try {
    const info = fstatSync(descriptor, { bigint: true })
    if (!info.isFile()) throw new Error("not a regular file")
    const start = memory.subarray(0, readSync(descriptor, memory, 0, memory.length, 0))
    return { start, bytes: Number(info.size), state: stateOf(info), changed: info.ctimeNs }
  } finally {
    closeSync(descriptor)
  }
})

// After so many files other fibers get a turn.
const slice = 32

/**
 * Applies `use` to the first `length` bytes of each file (none if it cannot be read: the next full read
 * reports why) and gives the results. A cached result is used while its file is unchanged; afterwards
 * the cache holds results for these files only.
 */
export const readPrefixes = Effect.fnUntraced(function* <A>(
  files: ReadonlyArray<string>,
  length: number,
  use: (file: string, prefix: Option.Option<FilePrefix>) => A,
  cache: PrefixCache<A> = new Map()
) {
  const fs = yield* FileSystem.FileSystem
  const isNode = yield* isNodeFileSystem
  const now = BigInt(yield* Clock.currentTimeMillis) * 1_000_000n
  const memory = Buffer.allocUnsafeSlow(length)
  const before = new Map(cache)
  cache.clear()

  const useNow = (file: string) => {
    const found = before.get(file)
    if (found !== undefined && Option.contains(stateNow(file), found.state)) {
      cache.set(file, found)
      return found.result
    }
    const read = readNow(file, memory)
    const result = use(file, read)
    if (Option.isSome(read) && now - read.value.changed > settled) {
      cache.set(file, { state: read.value.state, result })
    }
    return result
  }

  const results: Array<A> = []
  for (const file of files) {
    results.push(isNode ? useNow(file) : use(file, yield* readThrough(fs, file, memory)))
    if (results.length % slice === 0) yield* EventLoop.yieldToEventLoop
  }
  return results
})
