import type { PlatformError } from "@effect/platform/Error"
import { isPlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

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

/** As `fill`, from `offset` of the file on. Only one read of a file may be under way at a time. */
export const fillAt = (
  file: FileSystem.File,
  offset: number,
  buffer: Uint8Array
): Effect.Effect<number, PlatformError> =>
  Effect.zipRight(file.seek(offset, "start"), fill(file, buffer))
