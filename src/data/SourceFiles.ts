import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { join } from "node:path"
import * as OpenFile from "../io/OpenFile.js"
import { t } from "../language/Text.js"
import { DataError } from "./DataError.js"

/** The files at a path: itself, or those of a folder whose names end in one of `endings`. */
export const filesOf = Effect.fnUntraced(function* (
  path: string | ReadonlyArray<string>,
  endings: ReadonlyArray<string>
) {
  const fileSystem = yield* FileSystem.FileSystem
  if (typeof path !== "string")
    return path.length > 0
      ? path
      : yield* new DataError({ reason: "Mismatch", path: "path", detail: t`names no file` })
  const stat = yield* Effect.option(fileSystem.stat(path))
  if (stat._tag === "None" || stat.value.type !== "Directory") return [path]
  const names = yield* Effect.mapError(
    fileSystem.readDirectory(path),
    (error) =>
      new DataError({ reason: "Unreadable", path, detail: t`cannot be read: ${error.message}` })
  )
  const files = names
    .filter((name) => endings.some((end) => name.endsWith(end)) && !name.startsWith("."))
    .sort()
  return files.length > 0
    ? files.map((name) => join(path, name))
    : yield* new DataError({
        reason: "Empty",
        path,
        detail: t`holds no file whose name ends in ${endings.join(", ")}`
      })
})

/** What tells whether a file has changed: its size, and the time of its last change. */
export const identityOf = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    yield* OpenFile.requireRegular(path)
    const { mtime, size, type } = yield* fileSystem.stat(path)
    return {
      path,
      size: Number(size),
      modified: Option.match(mtime, { onNone: () => 0, onSome: Number }),
      type
    }
  }).pipe(
    Effect.mapError((error) => {
      const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
      return new DataError({
        reason: isMissing ? "NotFound" : "Unreadable",
        path,
        detail: isMissing
          ? t`does not exist`
          : (OpenFile.whyNotRegular(error) ?? t`cannot be read: ${error.message}`)
      })
    })
  )

export type Identity = Effect.Effect.Success<ReturnType<typeof identityOf>>
