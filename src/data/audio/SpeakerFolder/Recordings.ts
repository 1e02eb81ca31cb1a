import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { DataError } from "../../DataError.js"
import { breathe } from "../../../file/EventLoop.js"
import * as Observer from "../../../observe/Observer.js"
import * as Extractor from "../Extractor.js"
import * as FeatureCache from "../FeatureCache.js"
import type { Options } from "../LogMel.js"
import type { Features } from "../Windows.js"
import * as Scan from "./Scan.js"

/** A recording that can be learned from. */
export interface Recording {
  readonly speaker: string
  readonly file: string
  /** The index of the speaker. */
  readonly label: number
  /** The sha256 of the file. */
  readonly hash: string
  readonly features: Features
}

/** How many skipped files are named one by one. */
const namedSkips = 20

/**
 * Reads every recording of the speakers, takes its features from the cache in `cacheFolder` or
 * computes and keeps them, also when interrupted half-way. Files that are of no use are told to the
 * observer and skipped; a speaker who has no others is an error.
 */
export const read = Effect.fn("SpeakerFolder.read")(function* (
  speakers: ReadonlyArray<Scan.Speaker>,
  options: Options,
  cacheFolder: string,
  root: string
) {
  const path = yield* Path.Path
  const parameters = JSON.stringify({ version: Extractor.version, ...options })
  const cache = yield* FeatureCache.open(cacheFolder, root, parameters)
  const extract = Extractor.make(options)
  const computed = new Map<string, Features>()
  const skipped: Array<string> = []
  const recordings: Array<Recording> = []

  const keep = (features: ReadonlyMap<string, Features>) =>
    computed.size > 0 ? cache.replace(features) : Effect.void

  const features = Effect.fnUntraced(function* (bytes: Uint8Array, hash: string) {
    const known = cache.features.get(hash) ?? computed.get(hash)
    if (known) return known
    if (computed.size === 0) {
      yield* notice("info", `computing features, to be kept in ${cache.path}`)
    }
    const fresh = yield* extract(bytes)
    computed.set(hash, fresh)
    return fresh
  })

  const readAll = Effect.gen(function* () {
    for (const [label, { files, folder, name }] of speakers.entries()) {
      const before = recordings.length
      for (const file of files) {
        const recording = yield* readFile(path.join(folder, file)).pipe(
          Effect.flatMap((bytes) => {
            const hash = createHash("sha256").update(bytes).digest("hex")
            return Effect.map(features(bytes, hash), (features): Recording => {
              return { speaker: name, file, label, hash, features }
            })
          }),
          Effect.either
        )
        if (Either.isRight(recording)) recordings.push(recording.right)
        else skipped.push(`skipped ${path.join(folder, file)}: it ${recording.left}`)
        yield* breathe
      }
      if (recordings.length === before) {
        return yield* new DataError({
          reason: "Empty",
          path: folder,
          detail: `none of its ${files.length} recordings can be used (${skipped.at(-1)}); mend or remove the folder`
        })
      }
    }
  })
  yield* Effect.onError(readAll, () => keep(new Map([...cache.features, ...computed])))

  yield* Effect.forEach(skipped.slice(0, namedSkips), (message) => notice("warning", message))
  if (skipped.length > namedSkips) {
    yield* notice("warning", `and ${skipped.length - namedSkips} more files were skipped`)
  }
  yield* keep(new Map(recordings.map(({ features, hash }) => [hash, features])))
  return recordings
})

/**
 * The bytes of a file; a pipe or a device of that name would keep us waiting for ever. `missing` is
 * what to say of one that is not there.
 */
export const readFile = Effect.fnUntraced(function* (path: string, missing?: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = Effect.gen(function* () {
    const { type } = yield* fs.stat(path)
    return type === "File" ? yield* fs.readFile(path) : undefined
  })
  const found = yield* Effect.mapError(bytes, (error) => Scan.explain(error, missing))
  return found ?? (yield* Effect.fail("is not a file"))
})

const notice = (level: "info" | "warning", message: string) =>
  Observer.emit({ _tag: "Notice", level, message })
