import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { DataError } from "../../data/DataError.js"
import * as Observer from "../../events/Observer.js"
import { endings, kinds } from "../SoundFile.js"

/** A speaker's folder and the recordings in it and in its folders, by their paths in it, in order. */
export interface Speaker {
  readonly name: string
  readonly folder: string
  readonly files: ReadonlyArray<string>
}

/** Deeper than this there are no recordings: a link to a folder above would never end. */
const deepest = 8

/**
 * Finds the speakers of `root`, sorted by name: its folders, or links to folders, that hold files
 * whose names end like those of recordings, also in folders of their own, such as one a session.
 * Hidden entries and plain files beside the folders are skipped.
 */
export const scan = Effect.fn("SpeakerFolder.scan")(function* (root: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const speakers: Array<Speaker> = []
  for (const name of yield* list(root)) {
    const folder = path.join(root, name)
    const entry = yield* Effect.either(fs.stat(folder))
    if (entry._tag === "Left") yield* warn(t`skipped ${folder}: it ${explain(entry.left)}`)
    if (entry._tag === "Left" || entry.right.type !== "Directory") continue
    const files = yield* recordingsIn(folder)
    if (files.length > 0) speakers.push({ name, folder, files })
    else yield* warn(t`skipped ${folder}: it holds no recordings (${kinds})`)
  }
  if (speakers.length < 2) {
    return yield* new DataError({
      reason: "Empty",
      path: root,
      detail:
        (speakers[0] ? t`holds one speaker only, ${speakers[0].name}` : t`holds no recordings`) +
        t`; at least two folders of recordings (${kinds}), one a speaker, are needed`
    })
  }
  return speakers
})

/** The paths of the recordings of a folder and its folders. */
export const recordingsIn = (
  folder: string,
  inside = "",
  depth = 1
): Effect.Effect<ReadonlyArray<string>, DataError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const found: Array<string> = []
    for (const name of yield* list(path.join(folder, inside))) {
      const file = inside === "" ? name : `${inside}/${name}`
      if (endings.test(name)) found.push(file)
      else if (depth < deepest) {
        const entry = yield* Effect.option(fs.stat(path.join(folder, file)))
        if (entry._tag === "Some" && entry.value.type === "Directory") {
          for (const one of yield* recordingsIn(folder, file, depth + 1)) found.push(one)
        }
      }
    }
    return found
  })

/** The names in a folder that are not hidden, in code-unit order whatever the file system's. */
const list = (folder: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readDirectory(folder)),
    Effect.map((names) => names.filter((name) => !name.startsWith(".")).sort()),
    Effect.mapError(
      (error) =>
        new DataError({
          reason: isNotFound(error) ? "NotFound" : "Unreadable",
          path: folder,
          detail: isNotFound(error)
            ? t`there is no such folder; set data.root to a folder of speakers, or to null for synthetic voices`
            : explain(error)
        })
    )
  )

/** What is wrong with a file, the end of a sentence: one that its folder lists, if nothing else is said. */
export const explain = (error: PlatformError, missing = t`is a link that leads nowhere`): string =>
  isNotFound(error)
    ? missing
    : error._tag === "SystemError" && error.reason === "PermissionDenied"
      ? t`may not be read: permission is denied`
      : t`cannot be read: ${error.message}`

const isNotFound = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

const warn = (message: string) =>
  Observer.emit({ _tag: "Notice", level: "warning", code: "Data", message })
