import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as OpenFile from "../../io/OpenFile.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import { reportSkipped } from "../reportSkipped.js"
import * as Csv from "../table/Csv.js"
import { endings, headBytes, problemOf } from "./decode.js"

/** An image of a folder, by its path in it, and what is said of it. */
export interface Found {
  readonly file: string
  readonly label: string
}

/** Where labels are: by default the name of the folder that holds the image. */
export interface LabelList {
  /** A CSV file, relative to the working directory. */
  readonly file: string
  /** The column of paths, relative to the folder of images. */
  readonly image: string
  readonly label: string
}

/** So many files are named one by one. */
const named = 20
const atOnce = 16

/** The images of a folder, its folders and theirs, sorted by path; hidden ones are left out. */
export const inFolders = Effect.fn("images.inFolders")(function* (root: string) {
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

/** The images that a CSV file lists. */
export const inList = Effect.fn("images.inList")(function* ({ file, image, label }: LabelList) {
  const found: Array<Found> = []
  const skipped: Array<string> = []
  yield* Stream.runForEach(
    Csv.source({ delimiter: ",", encoding: "utf-8", header: null }).read(file),
    ({ columns, rows }) =>
      Effect.gen(function* () {
        const places = [columns.indexOf(image), columns.indexOf(label)]
        const missing = [image, label].find((_, i) => places[i] === -1)
        if (missing !== undefined && columns.length > 0) {
          return yield* new DataError({
            reason: "Mismatch",
            path: file,
            detail: t`has no column ${JSON.stringify(missing)}; it has ${columns.map((name) => JSON.stringify(name)).join(", ")}${""}`
          })
        }
        for (const row of rows) {
          const cells = "cells" in row ? row.cells : []
          const [path, own] = places.map((place) => cells[place!])
          if (typeof path === "string" && path !== "" && typeof own === "string" && own !== "") {
            found.push({ file: path, label: own })
          } else
            skipped.push(
              t`${file}, ${t`line ${row.at}`}: ${"problem" in row ? row.problem : t`names no image and label`}`
            )
        }
      })
  )
  return { found, skipped }
})

/**
 * Those whose head says that they can be decoded, each with a hash of its size and first bytes. The others
 * are reported to the observer.
 */
export const usable = Effect.fn("images.usable")(function* (
  root: string,
  {
    found,
    skipped: before
  }: { readonly found: ReadonlyArray<Found>; readonly skipped: ReadonlyArray<string> }
) {
  const fileSystem = yield* FileSystem.FileSystem
  const headOf = (file: string) =>
    Effect.gen(function* () {
      const path = join(root, file)
      yield* OpenFile.requireRegular(path)
      const { size, type } = yield* fileSystem.stat(path)
      if (type !== "File") return yield* Effect.fail(t`is not a file`)
      const head = new Uint8Array(Math.min(Number(size), headBytes))
      const opened = yield* fileSystem.open(path)
      const filled = yield* OpenFile.fill(opened, head)
      const problem = problemOf(head.subarray(0, filled), Number(size))
      if (problem !== null) return yield* Effect.fail(problem)
      return createHash("sha256")
        .update(`${size} `)
        .update(head.subarray(0, hashedBytes))
        .digest("hex")
    }).pipe(
      OpenFile.scoped,
      Effect.mapError((error) =>
        typeof error === "string"
          ? error
          : OpenFile.whyNotRegular(error) !== undefined
            ? t`is not a file`
            : error._tag === "SystemError" && error.reason === "NotFound"
              ? t`is a link that leads nowhere, or is not there`
              : t`cannot be read: ${error.message}`
      ),
      Effect.either
    )
  const heads = yield* Effect.forEach(found, ({ file }) => headOf(file), { concurrency: atOnce })
  const all: Array<Found & { readonly hash: string }> = []
  const skipped = [...before]
  heads.forEach((head, i) => {
    if (head._tag === "Right") all.push({ ...found[i]!, hash: head.right })
    else skipped.push(t`${found[i]!.file}: it ${head.left}`)
  })
  yield* tellOfSkipped(skipped)
  return { all, skipped }
})

/** Of longer files, these first bytes and the size stand for all of them in the fingerprint. */
const hashedBytes = 4096

/** Those that `decode` can decode; the others are reported to the observer. */
export const verified = <A extends Found, R>(
  images: ReadonlyArray<A>,
  decode: (image: A) => Effect.Effect<unknown, DataError, R>
) =>
  Effect.gen(function* () {
    const decoded = yield* Effect.forEach(images, (image) => Effect.either(decode(image)), {
      concurrency: atOnce
    })
    const problems = decoded.flatMap((one) => (one._tag === "Left" ? [one.left.message] : []))
    yield* tellOfSkipped(problems)
    return images.filter((_, i) => decoded[i]!._tag === "Right")
  })

const tellOfSkipped = (skipped: ReadonlyArray<string>) =>
  reportSkipped(
    skipped.slice(0, named),
    skipped.length,
    (more) => t`and ${more} more files were skipped`
  )
