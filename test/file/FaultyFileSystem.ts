import { SystemError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** What an operation fails with; a short write writes half of its bytes first. */
export const codes = ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "short write"] as const
export type Code = (typeof codes)[number]

/** A file system of which one operation fails, once. */
export interface Faulty {
  readonly fileSystem: FileSystem.FileSystem
  /** The operation that failed; undefined if there were not so many. */
  readonly failed: () => string | undefined
}

/** `fs`, but its operation number `nth`, from 0, fails with `code`. */
export const make = (fs: FileSystem.FileSystem, nth: number, code: Code): Faulty => {
  let count = 0
  let failed: string | undefined

  const errorOf = (method: string) => {
    failed = method
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
    Effect.suspend(() =>
      count++ === nth ? Effect.fail(errorOf(method)) : (run as Effect.Effect<A, E | SystemError, R>)
    )

  const write = (file: FileSystem.File, bytes: Uint8Array) =>
    Effect.suspend(() => {
      if (count++ !== nth) return file.writeAll(bytes)
      const half =
        code === "short write" ? bytes.subarray(0, bytes.length >> 1) : bytes.subarray(0, 0)
      return Effect.zipRight(
        half.length === 0 ? Effect.void : file.writeAll(half),
        Effect.fail(errorOf("write"))
      )
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
  return { fileSystem, failed: () => failed }
}
