import type { PlatformError } from "@effect/platform/Error"
import { isPlatformError, SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { t } from "../language/Text.js"

const kinds: Partial<Record<FileSystem.File.Type, string>> = {
  FIFO: t`a named pipe`,
  Socket: t`a socket`,
  CharacterDevice: t`a device`,
  BlockDevice: t`a device`,
  Unknown: t`of an unknown kind`
}

class NotRegular extends SystemError {
  constructor(path: string, kind: string) {
    const description = t`it is ${kind}, not a regular file`
    const module = "FileSystem"
    super({ reason: "BadResource", module, method: "open", pathOrDescriptor: path, description })
  }
}

/** The kind of a file that `requireRegular` has refused; undefined for any other error. */
export const whyNotRegular = (error: PlatformError): string | undefined =>
  error instanceof NotRegular ? error.description : undefined

/**
 * Fails if `path` is neither a regular file nor a folder: opening a named pipe blocks until somebody
 * writes to it, where no signal is handled, and some devices never end.
 */
export const requireRegular = (
  path: string
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.stat(path)),
    Effect.flatMap(({ type }) => {
      const kind = kinds[type]
      return kind === undefined ? Effect.void : Effect.fail(new NotRegular(path, kind))
    })
  )

/** Opens a regular file to read it. */
export const open = (
  path: string
): Effect.Effect<FileSystem.File, PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.zipRight(
    requireRegular(path),
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.open(path))
  )

/** `Effect.scoped` for files: where closing one fails, that is an error, not a defect. */
export const scoped = <A, E, R>(
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, E | PlatformError, Exclude<R, Scope.Scope>> =>
  Effect.catchSomeDefect(Effect.scoped(self), (defect) =>
    isPlatformError(defect)
      ? Option.some(Effect.fail(defect as PlatformError))
      : Option.none<Effect.Effect<never, PlatformError>>()
  )

/** Reads until `buffer` is full or the file ends; succeeds with the number of bytes read. */
export const fill = (
  file: FileSystem.File,
  buffer: Uint8Array
): Effect.Effect<number, PlatformError> =>
  Effect.iterate(
    { filled: 0, ended: buffer.length === 0 },
    {
      while: ({ ended }) => !ended,
      body: ({ filled }) =>
        Effect.map(Effect.uninterruptible(file.read(buffer.subarray(filled))), (read) => {
          const now = filled + Number(read)
          return { filled: now, ended: Number(read) === 0 || now === buffer.length }
        })
    }
  ).pipe(Effect.map(({ filled }) => filled))

/** As `fill`, from `offset` of the file on. Only one read of a file at a time. */
export const fillAt = (
  file: FileSystem.File,
  offset: number,
  buffer: Uint8Array
): Effect.Effect<number, PlatformError> =>
  Effect.zipRight(file.seek(offset, "start"), fill(file, buffer))
