import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import { reportSkipped } from "../reportSkipped.js"
import type * as SourceFiles from "../SourceFiles.js"
import * as Csv from "../table/Csv.js"
import type { DataWorkers } from "../workers/DataWorkers.js"
import type * as work from "./work.js"

/** Threads that look at images, and decode them. */
export type ImageWorkers = DataWorkers<typeof work>

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

/** The images that a CSV file lists. */
export const inList = Effect.fn("images.inList")(function* ({ file, image, label }: LabelList) {
  const found: Array<SourceFiles.Found> = []
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

/** Images that can be used, and a hash of what the fingerprint goes by of each. */
export interface Usable {
  readonly images: ReadonlyArray<SourceFiles.Found>
  readonly hashes: Float64Array
}

/**
 * Those whose head says that they can be decoded. The others are reported to the observer, and given as
 * `skipped`.
 */
export const usable = Effect.fn("images.usable")(function* (
  workers: ImageWorkers,
  root: string,
  fingerprint: FingerprintMode,
  {
    found,
    skipped: before
  }: { readonly found: ReadonlyArray<SourceFiles.Found>; readonly skipped: ReadonlyArray<string> }
) {
  const images: Array<SourceFiles.Found> = []
  const hashes = new Float64Array(found.length)
  const skipped = [...before]
  let skippedCount = before.length
  for (let from = 0; from < found.length; from += inspectedAtOnce) {
    const some = found.slice(from, from + inspectedAtOnce)
    const parts = Array.from({ length: Math.ceil(some.length / perCall) }, (_, i) =>
      some.slice(i * perCall, (i + 1) * perCall)
    )
    const inspected = yield* workers.all(
      "inspect",
      parts.map((part) => ({ root, fingerprint, files: part.map(({ file }) => file) }))
    )
    parts.forEach((part, at) =>
      part.forEach((image, i) => {
        const problem = inspected[at]!.problems[i]!
        if (problem === null) {
          hashes[images.length] = inspected[at]!.hashes[i]!
          images.push(image)
        } else if (skippedCount++ < named) skipped.push(t`${image.file}: it ${problem}`)
      })
    )
  }
  yield* tellOfSkipped(skipped, skippedCount)
  const usable: Usable = { images, hashes: hashes.slice(0, images.length) }
  return { ...usable, skipped }
})

const perCall = 64
const inspectedAtOnce = 64 * perCall

/** Those that can be decoded, by what `problemsOf` finds; the others are reported to the observer. */
export const verified = Effect.fnUntraced(function* <R>(
  { hashes, images }: Usable,
  problemsOf: (
    images: ReadonlyArray<SourceFiles.Found>
  ) => Effect.Effect<ReadonlyArray<string | null>, DataError, R>
) {
  const kept: Array<number> = []
  const skipped: Array<string> = []
  let skippedCount = 0
  for (let from = 0; from < images.length; from += perCall) {
    const problems = yield* problemsOf(images.slice(from, from + perCall))
    problems.forEach((problem, i) => {
      if (problem === null) kept.push(from + i)
      else if (skippedCount++ < named) skipped.push(`${images[from + i]!.file}: ${problem}`)
    })
  }
  yield* tellOfSkipped(skipped, skippedCount)
  const usable: Usable = {
    images: kept.map((i) => images[i]!),
    hashes: Float64Array.from(kept, (i) => hashes[i]!)
  }
  return usable
})

const tellOfSkipped = (skipped: ReadonlyArray<string>, count: number) =>
  reportSkipped(skipped.slice(0, named), count, (more) => t`and ${more} more files were skipped`)
