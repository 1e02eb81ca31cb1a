import { SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { read as readFile } from "node:fs"
import * as fs from "node:fs/promises"
import * as Errno from "./Errno.js"

/** A file of which any bytes are read, many at a time; the platform's `File` has one position. */
export interface RandomAccessFile {
  readonly path: string
  readonly size: number
  /** What Node knows the file by, as long as it is open. */
  readonly descriptor: number
  /** Fills `target` with the bytes from `at` on; gives how many there were. */
  readonly read: (at: number, target: Uint8Array) => Effect.Effect<number, Error>
}

/** As many bytes of a file as `target` has, which they fill, from byte `at` on. */
export interface Part {
  readonly file: RandomAccessFile
  readonly at: number
  readonly target: NodeJS.ArrayBufferView
}

/** Opens a regular file; it stays open until the scope closes, also where it is removed meanwhile. */
export const open = (path: string): Effect.Effect<RandomAccessFile, Error, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      attempt(async () => {
        const { size } = await fs.stat(path)
        return { handle: await fs.open(path, "r"), size }
      }),
      ({ handle }) => Effect.ignore(attempt(() => handle.close()))
    ),
    ({ handle, size }) => ({
      path,
      size,
      descriptor: handle.fd,
      read: (at, target) => fill(handle.fd, at, target)
    })
  )

/** Fills `target` with the bytes from `at` on of what is open by this number; gives how many there were. */
export const fill = (
  descriptor: number,
  at: number,
  target: Uint8Array
): Effect.Effect<number, Error> =>
  waited<number, Error>((resume) =>
    submit(descriptor, at, target, (error, filled) =>
      resume(error === null ? Effect.succeed(filled) : Effect.fail(error))
    )
  )

/**
 * Fills the targets of all parts, of any files, many at a time; fails where a file ends within one. A batch of
 * many small parts costs the main thread a few microseconds for each, and one turn of the event loop.
 */
export const readAll = (parts: ReadonlyArray<Part>): Effect.Effect<void, SystemError> =>
  parts.length === 0
    ? Effect.void
    : waited<void, SystemError>((resume) => {
        let left = parts.length
        let result: Effect.Effect<void, SystemError> = Effect.void
        for (const { at, file, target } of parts) {
          submit(file.descriptor, at, target, (error, filled) => {
            if (error !== null) result = Effect.fail(Errno.toError("read", file.path)(error))
            else if (filled < target.byteLength) result = Effect.fail(ended(file))
            if (--left === 0) resume(result)
          })
        }
      })

const ended = ({ path }: RandomAccessFile) =>
  new SystemError({
    reason: "UnexpectedEof",
    module: "FileSystem",
    method: "read",
    pathOrDescriptor: path
  })

/**
 * So many reads are with Node's threads at a time, which take them in their order: what others ask of these
 * threads, a save, does not wait for all that is read ahead.
 */
const mostAtOnce = 128

let running = 0
/** Those that wait for their turn. */
const waiting: Array<() => void> = []

/** Reads until `target` is full or the file ends; calls `done` with how many bytes there were. */
const submit = (
  descriptor: number,
  at: number,
  target: NodeJS.ArrayBufferView,
  done: (error: Error | null, filled: number) => void
): void => {
  let filled = 0
  const start = () => {
    running++
    const left = target.byteLength - filled
    readFile(descriptor, target, filled, left, at + filled, (error, count) => {
      running--
      filled += count
      if (error === null && count > 0 && count < left) return start()
      waiting.shift()?.()
      done(error, filled)
    })
  }
  if (running < mostAtOnce) start()
  else waiting.push(start)
}

/** What was interrupted would write into memory that has another use by then, and so is waited for. */
const waited = <A, E>(run: (resume: (result: Effect.Effect<A, E>) => void) => void) =>
  Effect.uninterruptible(Effect.async<A, E>(run))

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, Error> =>
  Effect.tryPromise({ try: run, catch: (error) => error as Error })
