import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { t } from "../../language/Text.js"
import { DataError } from "../../data/DataError.js"
import * as DataWorkers from "../../data/workers/DataWorkers.js"
import { yieldToEventLoop } from "../../io/EventLoop.js"
import * as OpenFile from "../../io/OpenFile.js"
import * as Thread from "../../io/Thread.js"
import * as Observer from "../../events/Observer.js"
import * as Extractor from "../Extractor.js"
import * as FeatureCache from "../FeatureCache.js"
import type { Entry } from "../FeatureCache/Entry.js"
import type { Options } from "../LogMel.js"
import * as Parts from "../Parts.js"
import * as SoundFile from "../SoundFile.js"
import type * as extract from "./extract.js"
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
/** What the main thread makes features of in a millisecond, about. */
const bytesAMillisecond = 1 << 14
/** Seconds after which a thread counts as hung between two parts of a recording: the first pass over it gives none. */
const hung = 3600

/**
 * Reads every recording of the speakers, takes its features from the cache in `cacheFolder` or has threads
 * compute and keeps them, also when interrupted; or its samples at the rate of the features. Unusable files are reported to the
 * observer and skipped; a speaker without usable ones is an error.
 */
export const read = Effect.fn("SpeakerFolder.read")(function* (
  speakers: ReadonlyArray<Scan.Speaker>,
  options: Options,
  cacheFolder: string,
  root: string,
  output: Extractor.Output = "features"
) {
  const path = yield* Path.Path
  const parameters = JSON.stringify(
    output === "features"
      ? { version: Extractor.version, ...options }
      : { version: Extractor.version, samples: options.sampleRate }
  )
  const cache = yield* FeatureCache.open(cacheFolder, root, parameters)
  const files = speakers.flatMap(({ files, folder }, label) =>
    files.map((file) => ({ label, file, path: path.join(folder, file) }))
  )
  const all = yield* readAll(files, speakers, cache, options, output).pipe(
    Effect.onError(() => cache.flush)
  )

  const skipped: Array<string> = []
  const cancelled: Array<string> = []
  const recordings: Array<Recording> = []
  for (const [i, found] of all.entries()) {
    const { file, label, path } = files[i]!
    if (Either.isLeft(found)) {
      skipped.push(t`skipped ${path}: it ${found.left}`)
      continue
    }
    const { channel, features, hash } = found.right
    if (channel !== undefined) cancelled.push(path)
    recordings.push({ speaker: speakers[label]!.name, file, label, hash, features })
  }
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

interface File {
  /** The index of the speaker. */
  readonly label: number
  readonly file: string
  readonly path: string
}

interface Found extends Extractor.Extracted {
  readonly hash: string
  readonly features: Entry
}

/** What is found of each file, in their order, or what is wrong with it: several at a time, where there are threads. */
const readAll = Effect.fnUntraced(function* (
  files: ReadonlyArray<File>,
  speakers: ReadonlyArray<Scan.Speaker>,
  cache: FeatureCache.FeatureCache,
  options: Options,
  output: Extractor.Output
) {
  const workers = yield* DataWorkers.make<typeof extract>({
    module: Thread.beside("./extract", import.meta.url),
    loading: true,
    timeout: hung
  })
  const sayComputing = yield* Effect.once(
    notice(
      "info",
      output === "features"
        ? t`computing features, to be kept in ${cache.path}`
        : t`decoding recordings to augment, to be kept in ${cache.path}`
    )
  )
  const addAlone = Effect.unsafeMakeSemaphore(1).withPermits(1)
  /** Files of the same content wait for each other. */
  const turns = new Map<string, Effect.Semaphore>()
  const turnOf = (hash: string) => {
    const turn = turns.get(hash) ?? Effect.unsafeMakeSemaphore(1)
    turns.set(hash, turn)
    return turn.withPermits(1)
  }

  const compute = Effect.fnUntraced(function* (path: string, file: Opened, hash: string) {
    yield* sayComputing
    const task = { file: file.descriptor, size: file.parts.size, options, output }
    const extracted = yield* workers
      .inParts(
        "extract",
        task,
        ({ features, first, total }) => addAlone(cache.add(hash, total, first, features)),
        { milliseconds: task.size / bytesAMillisecond }
      )
      .pipe(
        Effect.mapError((error) =>
          error.reason === "Worker"
            ? new DataError({ reason: "Worker", path, detail: error.detail })
            : error
        )
      )
    return "problem" in extracted ? yield* Effect.fail(extracted.problem) : extracted
  })

  const readFile = Effect.fnUntraced(function* (path: string) {
    const file = yield* openFile(path)
    const { version } = yield* file.parts.run(SoundFile.formatOf())
    const bytes = yield* file.parts.run(digest(file.parts.size))
    const hash = version === undefined ? bytes : `${bytes} ${version}`
    const isMissing = () => cache.find(hash) === undefined
    const { channel } = isMissing()
      ? yield* turnOf(hash)(
          Effect.suspend(() => (isMissing() ? compute(path, file, hash) : Effect.succeed(known)))
        )
      : known
    const found: Found = { hash, features: cache.find(hash)!, channel }
    return found
  }, OpenFile.scoped)

  const left = speakers.map(({ files }) => files.length)
  const isUsed = new Set<number>()
  const problems = new Map<string, string>()
  const readOne = Effect.fnUntraced(function* ({ label, path }: File) {
    const found = yield* Effect.either(orWhy(readFile(path)))
    if (Either.isRight(found)) isUsed.add(label)
    else if (typeof found.left === "string") problems.set(path, found.left)
    else return yield* found.left
    left[label]! -= 1
    if (left[label] === 0 && !isUsed.has(label)) return yield* unusable(label)
    yield* yieldToEventLoop
    return found as Either.Either<Found, string>
  })
  const unusable = (label: number) => {
    const { files: own, folder } = speakers[label]!
    const last = files.findLast((file) => file.label === label)!.path
    const why = t`skipped ${last}: it ${problems.get(last)!}`
    return new DataError({
      reason: "Empty",
      path: folder,
      detail: t`none of its ${own.length} recordings can be used (${why}); fix or remove the folder`
    })
  }
  // So many that no thread waits for the next file to be opened.
  const concurrency = Math.max(1, 2 * workers.threads)
  return yield* Effect.forEach(files, readOne, { concurrency })
}, Effect.scoped)

/** Of what is in the cache. */
const known: Extractor.Extracted = { channel: undefined }

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
    const { parts } = yield* openFile(path)
    return yield* featuresIn(parts, options)
  },
  OpenFile.scoped,
  (features) => orWhy(features, t`does not exist`)
)

/** The features of a recording that is open, or in memory. */
export const featuresIn = Effect.fnUntraced(function* (parts: Parts.FileParts, options: Options) {
  const pieces: Array<Extractor.Piece> = []
  yield* Extractor.make(options)(parts, (some) => Effect.sync(() => pieces.push(...some)))
  return Extractor.joined(pieces).features
})

/** A file that is open on this thread, and its number, by which others read it. */
interface Opened {
  readonly parts: Parts.FileParts
  readonly descriptor: number
}

/** Opens a file for reading; to open a pipe or a device of that name would block. */
const openFile = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const { size, type } = yield* fs.stat(path)
  if (type !== "File") return yield* Effect.fail(t`is not a file`)
  const memory = yield* Parts.memory
  const file = yield* fs.open(path)
  const opened: Opened = {
    parts: Parts.ofFile(file, Number(size), memory),
    descriptor: Number(file.fd)
  }
  return opened
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
