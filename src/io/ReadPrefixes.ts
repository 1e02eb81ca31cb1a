import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BigIntStats } from "node:fs"
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs"
import * as EventLoop from "./EventLoop.js"
import * as IsNodeFileSystem from "./IsNodeFileSystem.js"
import * as OpenFile from "./OpenFile.js"

/** What has been made of the beginnings of files, by their paths, and of which state of each. */
export type Known<A> = Map<string, { readonly state: string; readonly result: A }>

/** The beginning of a file, read into `memory`; none if it cannot be read. */
const through = (fs: FileSystem.FileSystem, file: string, memory: Uint8Array) =>
  fs.open(file).pipe(
    Effect.flatMap((opened) => OpenFile.fill(opened, memory)),
    OpenFile.scoped,
    Effect.map((read) => memory.subarray(0, read)),
    Effect.option
  )

/** What changes whenever a file is written to, or another takes its place. */
const stateOf = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`

const stateNow = Option.liftThrowable((file: string) => stateOf(statSync(file, { bigint: true })))

// A file that was changed so lately can be changed again with no difference in its times, which some
// file systems count in seconds. Nor is a clock trusted that was set back.
const settled = 3000n * 1_000_000n

// To open a named pipe otherwise waits for somebody to write to it, and all of this process with it.
const unblocked = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The same, at once: to wake another thread for each operation takes ten times as long as to do it. */
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

const shared = Buffer.allocUnsafeSlow(1 << 15)

/** So many bytes of a file `one` gives at most. */
export const most = shared.length

/**
 * Gives `use` the first bytes of a file, up to `most`, and how many it has; `use` must not keep the
 * bytes. None where that cannot be done at once: the file system is not Node's, or the file cannot be
 * read, as another attempt will tell.
 */
export const one = Effect.fnUntraced(function* <A>(
  file: string,
  use: (start: Uint8Array, bytes: number) => A
) {
  if (!(yield* IsNodeFileSystem.areOurs)) return Option.none()
  yield* EventLoop.yieldToEventLoop
  return Option.map(readNow(file, shared), ({ bytes, start }) => use(start, bytes))
})

// In between, others have their turn.
const slice = 32

/**
 * Gives `use` the first `length` bytes of each file, all of a shorter one, or nothing of one that
 * cannot be read: why, another attempt will tell. `use` must not keep the bytes. Gives what it made of
 * each; of a file that is as it was, what `known` holds, which afterwards holds these files only.
 */
export const read = Effect.fnUntraced(function* <A>(
  files: ReadonlyArray<string>,
  length: number,
  use: (file: string, start: Option.Option<Uint8Array>) => A,
  known: Known<A> = new Map()
) {
  const fs = yield* FileSystem.FileSystem
  const areOurs = yield* IsNodeFileSystem.areOurs
  const now = BigInt(yield* Clock.currentTimeMillis) * 1_000_000n
  const memory = Buffer.allocUnsafeSlow(length)
  const before = new Map(known)
  known.clear()

  const useNow = (file: string) => {
    const found = before.get(file)
    if (found !== undefined && Option.contains(stateNow(file), found.state)) {
      known.set(file, found)
      return found.result
    }
    const read = readNow(file, memory)
    const result = use(
      file,
      Option.map(read, ({ start }) => start)
    )
    if (Option.isSome(read) && now - read.value.changed > settled) {
      known.set(file, { state: read.value.state, result })
    }
    return result
  }

  const results: Array<A> = []
  for (const file of files) {
    results.push(areOurs ? useNow(file) : use(file, yield* through(fs, file, memory)))
    if (results.length % slice === 0) yield* EventLoop.yieldToEventLoop
  }
  return results
})
