import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BigIntStats } from "node:fs"
import { statSync } from "node:fs"
import * as path from "node:path"
import * as Errno from "./Errno.js"
import { isNodeFileSystem } from "./isNodeFileSystem.js"

/** What a file system reports about a file or a folder; symbolic links are followed. */
export interface FileStat {
  readonly type: FileSystem.File.Type
  readonly bytes: number
  readonly modified: Date
  /** Device and inode; null where the file system has no unique numbers. */
  readonly inode: string | null
}

const typeOf = (info: BigIntStats): FileSystem.File.Type =>
  info.isFile()
    ? "File"
    : info.isDirectory()
      ? "Directory"
      : info.isFIFO()
        ? "FIFO"
        : info.isSocket()
          ? "Socket"
          : info.isBlockDevice()
            ? "BlockDevice"
            : info.isCharacterDevice()
              ? "CharacterDevice"
              : "Unknown"

/** As big integers: above 2^53, which NTFS, Gluster and others use, neighbours are equal as numbers. */
const exactly = (file: string) =>
  Effect.map(
    // Synchronous: to wake another thread takes ten times as long.
    Effect.try({
      try: () => statSync(file, { bigint: true }),
      catch: Errno.toError("stat", file)
    }),
    (info): FileStat => ({
      type: typeOf(info),
      bytes: Number(info.size),
      modified: info.mtime,
      inode: info.ino === 0n ? null : `${info.dev}:${info.ino}`
    })
  )

const through = (fs: FileSystem.FileSystem, file: string) =>
  Effect.map(fs.stat(file), ({ dev, ino, mtime, size, type }): FileStat => ({
    type,
    bytes: Number(size),
    modified: Option.getOrElse(mtime, () => new Date(0)),
    inode: Option.match(ino, {
      onNone: () => null,
      onSome: (number) => (Number.isSafeInteger(number) ? `${dev}:${number}` : null)
    })
  }))

/** The state of the file or folder at `file`. */
export const stat = (file: string): Effect.Effect<FileStat, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* (yield* isNodeFileSystem) ? exactly(file) : through(fs, file)
  })

/** The identity of the file at `file`, whatever its names; without an inode its path. */
export const idOf = ({ inode }: Pick<FileStat, "inode">, file: string): string =>
  inode ?? path.resolve(file)
