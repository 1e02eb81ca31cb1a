import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as OpenFile from "../io/OpenFile.js"
import * as RandomAccessFile from "../io/RandomAccessFile.js"
import { t } from "../language/Text.js"
import { DataError, unreadable } from "./DataError.js"
import type { FingerprintMode } from "./FingerprintMode.js"

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
  const names = yield* Effect.mapError(fileSystem.readDirectory(path), unreadable(path))
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

/** The bytes of a file, in parts of 256 KiB. */
export const partsOf = (
  path: string
): Stream.Stream<Uint8Array, DataError, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (fileSystem) =>
      fileSystem.stream(path, { chunkSize: 1 << 18 })
    )
  ).pipe(Stream.mapError(unreadable(path)))

export type Identity = Effect.Effect.Success<ReturnType<typeof identityOf>>

/** So many bytes, at so many places of a file, first and last ones included. */
const sample = { bytes: 4096, places: 16 }
/** So many bytes are read at a time of all of a file. */
const partBytes = 1 << 20

/** What caches compare of files. */
export const sampled = (identities: ReadonlyArray<Identity>, mode: FingerprintMode) =>
  Effect.forEach(
    identities,
    (identity) =>
      Effect.map(sampleOf(identity, mode), (sample) => {
        const { modified, path, size } = identity
        return { path, size, modified, sample }
      }),
    { concurrency: 16 }
  )

/** A hash of what `mode` looks at of a file, beside its size; "": nothing. */
const sampleOf = ({ path, size }: Identity, mode: FingerprintMode) =>
  mode === "size"
    ? Effect.succeed("")
    : Effect.gen(function* () {
        const file = yield* RandomAccessFile.open(path)
        const hash = createHash("sha256")
        const read = (at: number, length: number) => {
          const bytes = new Uint8Array(Math.min(length, size - at))
          return Effect.map(file.read(at, bytes), () => void hash.update(bytes))
        }
        if (mode === "content" || size <= sample.bytes * sample.places) {
          for (let at = 0; at < size; at += partBytes) yield* read(at, partBytes)
        } else {
          const step = (size - sample.bytes) / (sample.places - 1)
          for (let i = 0; i < sample.places; i++) yield* read(Math.floor(i * step), sample.bytes)
        }
        return hash.digest("hex")
      }).pipe(Effect.scoped, Effect.mapError(unreadable(path)))

/** A file of a folder, by its path in it, and the name of the folder that holds it. */
export interface Found {
  readonly file: string
  readonly label: string
}

/**
 * The files of a folder, its folders and theirs whose names match `endings`, sorted by path; hidden ones are
 * left out. Those in no folder of the folder have no class, and are skipped.
 */
export const inFolders = Effect.fn("SourceFiles.inFolders")(function* (
  root: string,
  endings: RegExp
) {
  const fileSystem = yield* FileSystem.FileSystem
  const found: Array<Found> = []
  const skipped: Array<string> = []
  const visit = (folder: string): Effect.Effect<void, DataError> =>
    Effect.gen(function* () {
      const names = yield* Effect.mapError(
        fileSystem.readDirectory(join(root, folder)),
        (error) => {
          const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
          return new DataError({
            reason: isMissing ? "NotFound" : "Unreadable",
            path: join(root, folder),
            detail: isMissing ? t`there is no such folder` : t`cannot be read: ${error.message}`
          })
        }
      )
      for (const name of names.filter((name) => !name.startsWith(".")).sort()) {
        const file = folder === "" ? name : `${folder}/${name}`
        if (!endings.test(name)) {
          const info = yield* Effect.option(fileSystem.stat(join(root, file)))
          if (info._tag === "Some" && info.value.type === "Directory") {
            // A link to a folder above would never end.
            if (file.split("/").length > deepest) skipped.push(t`${file}: lies too deep`)
            else yield* visit(file)
          }
        } else if (folder === "") skipped.push(t`${file}: lies in no folder that names its class`)
        else found.push({ file, label: folder.split("/").at(-1)! })
      }
    })
  yield* visit("")
  return { found, skipped }
})

const deepest = 8
