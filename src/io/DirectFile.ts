import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { constants } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import * as Errno from "./Errno.js"
import * as IsNodeFileSystem from "./IsNodeFileSystem.js"

/** A file opened once more, to be written past the system's cache. */
export interface DirectFile {
  /** What offsets, lengths and addresses in memory must be multiples of. */
  readonly unit: number
  /** Writes all of `bytes` from `offset` on. */
  readonly writeAt: (offset: number, bytes: Uint8Array) => Effect.Effect<void, PlatformError>
}

const writeAll = async (handle: FileHandle, offset: number, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length;) {
    at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten
  }
}

// No disk has larger sectors, and no processor smaller pages.
const unit = 4096

const openNow = (path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => open(path, constants.O_WRONLY | constants.O_DIRECT | constants.O_NOFOLLOW),
      catch: Errno.toError("open", path)
    }),
    // As the platform has it: a failure to close is a defect.
    (handle) =>
      Effect.orDie(
        Effect.tryPromise({
          try: () => handle.close(),
          catch: Errno.toError("close", path)
        })
      )
  ).pipe(
    Effect.map((handle): DirectFile => ({
      unit,
      writeAt: (offset, bytes) =>
        Effect.uninterruptible(
          Effect.tryPromise({
            try: () => writeAll(handle, offset, bytes),
            catch: Errno.toError("writeAll", path)
          })
        )
    }))
  )

/** What a system offers of this. */
export interface DirectAccess {
  /** Fewer bytes than this at a time are written through the cache. */
  readonly least: number
  /** Opens a file that is there; none where that cannot be had. */
  readonly open: (
    path: string
  ) => Effect.Effect<Option.Option<DirectFile>, never, FileSystem.FileSystem | Scope.Scope>
}

/** How files are written past the cache: with `O_DIRECT`, which is Linux's. */
export class Direct extends Context.Reference<Direct>()("holdfast/Direct", {
  defaultValue: (): DirectAccess => ({
    least: 1 << 17,
    open: (path) =>
      Effect.if(
        constants.O_DIRECT === undefined ? Effect.succeed(false) : IsNodeFileSystem.areOurs,
        {
          onTrue: () => Effect.option(openNow(path)),
          onFalse: () => Effect.succeedNone
        }
      )
  })
}) {}
