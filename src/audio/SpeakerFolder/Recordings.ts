import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { t } from "../../language/Text.js"
import { DataError } from "../../data/DataError.js"
import { yieldToEventLoop } from "../../io/EventLoop.js"
import * as OpenFile from "../../io/OpenFile.js"
import * as Observer from "../../events/Observer.js"
import * as Extractor from "../Extractor.js"
import * as FeatureCache from "../FeatureCache.js"
import type { Entry } from "../FeatureCache/Entry.js"
import type { Options } from "../LogMel.js"
import * as Parts from "../Parts.js"
import * as SoundFile from "../SoundFile.js"
import * as Scan from "./Scan.js"

/** A recording that can be learned from. */
export interface Recording {
  readonly speaker: string
  readonly file: string
  /** The index of the speaker. */
  readonly label: number
  /** The sha256 of the file; beside it, for others than WAV, what its samples depend on. */
  readonly hash: string
  readonly features: Entry
}

/** How many skipped files are named one by one. */
const namedSkips = 20

/**
 * Reads every recording of the speakers, takes its features from the cache in `cacheFolder` or
 * computes and keeps them, also when interrupted; or its samples at the rate of the features. Unusable files are reported to the
 * observer and skipped; a speaker without usable ones is an error.
 */
export const read = Effect.fn("SpeakerFolder.read")(function* (
  speakers: ReadonlyArray<Scan.Speaker>,
  options: Options,
  cacheFolder: string,
  root: string,
  output: "features" | "samples" = "features"
) {
  const path = yield* Path.Path
  const parameters = JSON.stringify(
    output === "features"
      ? { version: Extractor.version, ...options }
      : { version: Extractor.version, samples: options.sampleRate }
  )
  const cache = yield* FeatureCache.open(cacheFolder, root, parameters)
  const extract = Extractor.make(options, output)
  const memory = new Uint8Array(Parts.partBytes)
  const skipped: Array<string> = []
  const cancelled: Array<string> = []
  const recordings: Array<Recording> = []
  let isComputing = false

  const compute = Effect.fnUntraced(function* (file: string, parts: Parts.FileParts, hash: string) {
    if (!isComputing) {
      isComputing = true
      yield* notice(
        "info",
        output === "features"
          ? t`computing features, to be kept in ${cache.path}`
          : t`decoding recordings to augment, to be kept in ${cache.path}`
      )
    }
    const { channel } = yield* extract(parts, (pieces) =>
      Effect.forEach(pieces, ({ features, first, total }) =>
        cache.add(hash, total, first, features)
      )
    )
    if (channel !== undefined) cancelled.push(file)
  })

  const readFile = Effect.fnUntraced(function* (file: string) {
    const parts = yield* openFile(file, memory)
    const { version } = yield* parts.run(SoundFile.formatOf())
    const bytes = yield* parts.run(digest(parts.size))
    const hash = version === undefined ? bytes : `${bytes} ${version}`
    if (cache.find(hash) === undefined) yield* compute(file, parts, hash)
    return { hash, features: cache.find(hash)! }
  }, OpenFile.scoped)

  const readAll = Effect.gen(function* () {
    for (const [label, { files, folder, name }] of speakers.entries()) {
      const before = recordings.length
      for (const file of files) {
        const found = yield* Effect.either(orWhy(readFile(path.join(folder, file))))
        if (Either.isRight(found)) recordings.push({ speaker: name, file, label, ...found.right })
        else if (typeof found.left !== "string") return yield* found.left
        else skipped.push(t`skipped ${path.join(folder, file)}: it ${found.left}`)
        yield* yieldToEventLoop
      }
      if (recordings.length === before) {
        return yield* new DataError({
          reason: "Empty",
          path: folder,
          detail: t`none of its ${files.length} recordings can be used (${skipped.at(-1)}); fix or remove the folder`
        })
      }
    }
  })
  yield* Effect.onError(readAll, () => cache.flush)

  yield* Effect.forEach(skipped.slice(0, namedSkips), (message) => notice("warning", message))
  if (skipped.length > namedSkips) {
    yield* notice("warning", t`and ${skipped.length - namedSkips} more files were skipped`)
  }
  if (cancelled.length > 0 && output === "features") {
    const more = cancelled.length - 1
    const others =
      more === 0 ? "" : more === 1 ? t` and of 1 more file` : t` and of ${more} more files`
    yield* notice(
      "warning",
      t`the channels of ${cancelled[0]}${others} cancel each other out: the loudest is used instead of their mean`
    )
  }
  yield* cache.tidy(new Set(recordings.map(({ hash }) => hash)))
  return recordings
})

/** What is said where the cache of a run has gone. */
export const gone = (folder: string, message: string): DataError =>
  new DataError({
    reason: "Unreadable",
    path: folder,
    detail: t`features can no longer be read from there; run again, and they are computed again (${message})`
  })

/**
 * The features of one file, in memory, or what is wrong with it: the end of a sentence that its name
 * begins.
 */
export const featuresOf = Effect.fn("SpeakerFolder.featuresOf")(
  function* (path: string, options: Options) {
    const parts = yield* openFile(path, new Uint8Array(Parts.partBytes))
    return yield* featuresIn(parts, options)
  },
  OpenFile.scoped,
  (features) => orWhy(features, t`does not exist`)
)

/** The features of a recording that is open, or in memory. */
export const featuresIn = Effect.fnUntraced(function* (parts: Parts.FileParts, options: Options) {
  const pieces: Array<Extractor.Piece> = []
  yield* Extractor.make(options)(parts, (some) => Effect.sync(() => pieces.push(...some)))
  return Extractor.joined(pieces)
})

/** Opens a file for reading; to open a pipe or a device of that name would block. */
const openFile = Effect.fnUntraced(function* (path: string, memory: Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  const { size, type } = yield* fs.stat(path)
  if (type !== "File") return yield* Effect.fail(t`is not a file`)
  return Parts.ofFile(yield* fs.open(path), Number(size), memory)
})

const digest = function* (size: number): Parts.InParts<string> {
  const hash = createHash("sha256")
  for (let at = 0; at < size; at += Parts.partBytes) {
    hash.update(yield { at, length: Parts.partBytes })
  }
  return hash.digest("hex")
}

/** Says of a file that cannot be read why; `missing` of one that is not there. */
const orWhy = <A, E extends string | DataError, R>(
  self: Effect.Effect<A, E | PlatformError, R>,
  missing?: string
): Effect.Effect<A, string | Extract<E, DataError>, R> =>
  Effect.mapError(self, (error) =>
    typeof error === "string" || error._tag === "DataError"
      ? (error as string | Extract<E, DataError>)
      : Scan.explain(error, missing)
  )

const notice = (level: "info" | "warning", message: string) =>
  Observer.emit({ _tag: "Notice", level, code: "Data", message })
