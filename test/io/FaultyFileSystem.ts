import { SystemError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { SimulatedDisk } from "./SimulatedDisk.js"

/**
 * What any operation may fail with. EIO and ENOSPC are treated differently, the others as one of these
 * is: the soak tries them as well.
 */
export const errors = (["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS"] as const).slice(
  0,
  Number(process.env["HOLDFAST_SOAK"] ?? 0) > 0 ? 5 : 2
)

/** The same, and what only a write does: half of its bytes, and then no space. */
export const codes = [...errors, "short write"] as const
export type Code = (typeof codes)[number]

/** A file system of which one operation fails, once. */
export interface Faulty {
  readonly fileSystem: FileSystem.FileSystem
  /** Only what is done within `part` is counted, and may fail. */
  readonly during: <A, E, R>(part: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** How a session ended in which one operation failed, and what it left. */
export interface Outcome<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** The operation that failed, and with what. */
  readonly failed: string
  readonly code: Code
  /** The disk, as what a dead process left. */
  readonly disk: SimulatedDisk
}

/** `fs`, but its operation number `nth`, from 0, fails with `code`. */
const make = (fs: FileSystem.FileSystem, nth: number, code: Code) => {
  let counts = false
  let count = 0
  let failed: string | undefined

  const fails = (method: string): boolean => {
    if (!counts || (code === "short write" && method !== "write") || count++ !== nth) return false
    failed = method
    return true
  }

  const errorOf = (method: string) => {
    const errno = code === "short write" ? "ENOSPC" : code
    return new SystemError({
      module: "FileSystem",
      method,
      reason: "Unknown",
      description: errno,
      cause: Object.assign(new Error(errno), { code: errno })
    })
  }

  const operation = <A, E, R>(method: string, run: Effect.Effect<A, E, R>) =>
    Effect.suspend((): Effect.Effect<A, E | SystemError, R> =>
      fails(method) ? Effect.fail(errorOf(method)) : run
    )

  const write = (file: FileSystem.File, bytes: Uint8Array) =>
    Effect.suspend(() => {
      if (!fails("write")) return file.writeAll(bytes)
      const half = bytes.subarray(0, bytes.length >> 1)
      const written = code === "short write" ? file.writeAll(half) : Effect.void
      return Effect.zipRight(written, Effect.fail(errorOf("write")))
    })

  const opened = (file: FileSystem.File): FileSystem.File => ({
    ...file,
    stat: operation("fstat", file.stat),
    sync: operation("fsync", file.sync),
    read: (buffer) => operation("read", file.read(buffer)),
    writeAll: (bytes) => write(file, bytes)
  })

  const open: FileSystem.FileSystem["open"] = (path, options) =>
    operation("open", fs.open(path, options)).pipe(
      // As the platform has it: a failure to close is a defect.
      Effect.tap(() => Effect.addFinalizer(() => Effect.orDie(operation("close", Effect.void)))),
      Effect.map(opened)
    ) as Effect.Effect<FileSystem.File, SystemError, Scope.Scope>

  const fileSystem: FileSystem.FileSystem = {
    ...fs,
    open,
    exists: (path) => operation("exists", fs.exists(path)),
    stat: (path) => operation("stat", fs.stat(path)),
    readDirectory: (path) => operation("readDirectory", fs.readDirectory(path)),
    readFile: (path) => operation("readFile", fs.readFile(path)),
    readFileString: (path) => operation("readFileString", fs.readFileString(path)),
    makeDirectory: (path, options) => operation("makeDirectory", fs.makeDirectory(path, options)),
    link: (from, to) => operation("link", fs.link(from, to)),
    rename: (from, to) => operation("rename", fs.rename(from, to)),
    copyFile: (from, to) => operation("copyFile", fs.copyFile(from, to)),
    remove: (path, options) => operation("remove", fs.remove(path, options))
  }
  const during: Faulty["during"] = (part) =>
    Effect.suspend(() => {
      counts = true
      return Effect.ensuring(
        part,
        Effect.sync(() => (counts = false))
      )
    })
  return { faulty: { fileSystem, during }, failed: () => failed }
}

/**
 * Runs a session on a copy of `before` with its first operation failing with `code`, then its
 * second, and so on until one has no fault. Gives the last, and all before it.
 */
export const exhaust = Effect.fnUntraced(function* <A, E>(
  before: SimulatedDisk,
  code: Code,
  session: (faulty: Faulty) => Effect.Effect<A, E>
) {
  const outcomes: Array<Outcome<A, E>> = []
  for (;;) {
    const disk = before.copy()
    const { failed, faulty } = make(disk.fileSystem, outcomes.length, code)
    const exit = yield* Effect.exit(session(faulty))
    disk.bury(process.pid, 2147483646)
    const operation = failed()
    if (operation === undefined) return { faultless: exit, outcomes }
    outcomes.push({ exit, failed: operation, code, disk })
  }
})
