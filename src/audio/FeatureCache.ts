import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Scope from "effect/Scope"
import { createHash, randomBytes } from "node:crypto"
import * as AtomicFile from "../io/AtomicFile.js"
import * as Folder from "../io/Folder.js"
import { t } from "../language/Text.js"
import * as Observer from "../events/Observer.js"
import { DataError } from "../data/DataError.js"
import * as Entry from "./FeatureCache/Entry.js"
import * as SegmentFile from "./FeatureCache/SegmentFile.js"
import type { Features } from "./Windows.js"

/** How much of a corpus's features is held in memory, and how much is written to one file. */
export class Limits extends Context.Reference<Limits>()("holdfast/FeatureCache/Limits", {
  defaultValue: () => ({
    /** So many bytes of features are held; the others are read from their files when needed. */
    heldBytes: 2 ** 28,
    /** So many bytes wait to be written to one file: what a killed process has to compute again. */
    segmentBytes: 2 ** 27
  })
}) {}

type Needs = FileSystem.FileSystem | Observer.Observer

/** The features of a corpus, by the sha256 of the recording's bytes: in files, and partly in memory. */
export interface FeatureCache {
  readonly path: string
  /** The features of a key, where they are complete. */
  readonly find: (key: string) => Entry.Entry | undefined
  /**
   * Adds the features of a key, which will have `total` values, from the `first` on: piece by piece,
   * each where the last one ended. Writes what waits once that is enough. Fails only if it can
   * neither be written nor held.
   */
  readonly add: (
    key: string,
    total: number,
    first: number,
    features: Features
  ) => Effect.Effect<void, DataError, Needs>
  /** Writes what waits. Failing to is reported, and costs only time. */
  readonly flush: Effect.Effect<void, never, Needs>
  /** Writes what waits and, where features were added, gives up those of other keys than `used`. */
  readonly tidy: (used: ReadonlySet<string>) => Effect.Effect<void, never, Needs>
}

/**
 * Opens the cache of the corpus at `root` for features computed by `parameters`: a folder inside
 * `folder`, of files that are written once, so that several processes can use it at once. A file that
 * is damaged, or of other parameters, is reported and counts as absent. The files stay open until the
 * scope closes, so that they may be removed while they are in use.
 */
export const open = Effect.fn("FeatureCache.open")(function* (
  folder: string,
  root: string,
  parameters: string
) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const scope = yield* Effect.scope
  const { heldBytes, segmentBytes } = yield* Limits
  const name = createHash("sha256")
    .update(`${paths.resolve(root)}\n${parameters}`)
    .digest("hex")
    .slice(0, 16)
  const path = paths.join(folder, name)

  const segments = new Set<Entry.Segment>()
  const damaged: Array<string> = []
  const found: Array<Entry.Piece> = []
  let held = 0
  yield* Effect.ignore(AtomicFile.sweep(path))
  for (const file of yield* filesIn(path)) {
    const load = SegmentFile.load(file, parameters, heldBytes - held)
    const loaded = yield* Effect.either(Scope.extend(load, scope))
    if (Either.isRight(loaded)) {
      held += loaded.right.heldBytes
      segments.add(loaded.right.segment)
      for (const piece of loaded.right.pieces) found.push(piece)
      continue
    }
    const error = loaded.left
    const isDamaged = typeof error === "string"
    // Another process may have removed it.
    if (!isDamaged && isNotFound(error)) continue
    if (isDamaged) damaged.push(file)
    const why = isDamaged ? error : error.message
    yield* warn(t`${file} is not used and will be made again: ${why}`)
  }

  const entries = Entry.assemble(found)
  let waiting: Array<Entry.Piece> = []
  let waitingBytes = 0
  let added = false
  let failure: string | undefined

  const wait = (piece: Entry.Piece) => {
    waiting.push(piece)
    waitingBytes += 4 * piece.length
  }

  const write = Effect.gen(function* () {
    const file = paths.join(path, `${randomBytes(8).toString("hex")}.features`)
    yield* Folder.make(path)
    yield* SegmentFile.write(file, parameters, waiting)
    const segment = yield* Scope.extend(SegmentFile.open(file, waitingBytes / 4), scope)
    segments.add(segment)
    let at = 0
    for (const piece of waiting) {
      piece.file = { segment, at }
      at += piece.length
      if (held + 4 * piece.length <= heldBytes) held += 4 * piece.length
      else piece.memory = undefined
    }
    waiting = []
    waitingBytes = 0
    failure = undefined
  })

  const flush = Effect.suspend(() => (waiting.length === 0 ? Effect.void : write)).pipe(
    Effect.catchAll(({ message }) => {
      const isKnown = failure !== undefined
      failure = message
      return isKnown
        ? Effect.void
        : warn(t`features could not be kept in ${path} and will be computed again: ${message}`)
    })
  )

  const add: FeatureCache["add"] = (key, total, first, features) =>
    Effect.gen(function* () {
      const entry = first === 0 ? [] : (entries.get(key) ?? [])
      const piece = {
        key,
        total,
        first,
        length: features.length,
        memory: features,
        file: undefined
      }
      entry.push(piece)
      entries.set(key, entry)
      wait(piece)
      added = true
      // What could not be written is held as long as that is no more than is held anyway.
      if (waitingBytes < (failure === undefined ? segmentBytes : heldBytes)) return
      yield* flush
      if (failure !== undefined && waitingBytes >= heldBytes) {
        return yield* new DataError({
          reason: "Unreadable",
          path,
          detail: t`features cannot be kept there, and are too many for memory; make room, or change data.cache_dir (${failure})`
        })
      }
    })

  /** Takes what is used of the smaller files together: a run that adds a little leaves a small one. */
  const merge = Effect.fnUntraced(function* (small: ReadonlySet<Entry.Segment>) {
    for (const piece of [...entries.values()].flat()) {
      if (!piece.file || !small.has(piece.file.segment)) continue
      const { first, length } = piece
      piece.memory ??= (yield* Entry.read([{ entry: [piece], first, length }]))[0]!
      wait(piece)
      if (waitingBytes >= segmentBytes) yield* write
    }
    if (waiting.length > 0) yield* write
  })

  const tidy = Effect.fnUntraced(function* (used: ReadonlySet<string>) {
    yield* flush
    if (failure !== undefined || !(added || damaged.length > 0)) return
    for (const key of entries.keys()) if (!used.has(key)) entries.delete(key)
    const live = new Map([...segments].map((segment) => [segment, 0]))
    for (const { file, length } of [...entries.values()].flat()) {
      if (file) live.set(file.segment, live.get(file.segment)! + length)
    }
    const small = [...live].filter(([, length]) => length > 0 && 8 * length < segmentBytes)
    const isWorthIt = small.length > 1 || small.some(([{ length }, used]) => used < length)
    const done = [...live].flatMap(([segment, length]) => (length === 0 ? segment : []))
    if (isWorthIt) {
      const merged = small.map(([segment]) => segment)
      yield* merge(new Set(merged))
      done.push(...merged)
    }
    for (const segment of done) segments.delete(segment)
    // What versions before kept in one file beside the folder goes, too.
    const leftOver = [...damaged, ...done.map((segment) => segment.path), `${path}.features`]
    yield* Effect.forEach(leftOver, (file) => Effect.ignore(fs.remove(file, { force: true })))
  })

  const cache: FeatureCache = {
    path,
    find: (key) => {
      const entry = entries.get(key)
      return entry && Entry.isComplete(entry) ? entry : undefined
    },
    add,
    flush,
    tidy: (used) =>
      Effect.catchAll(tidy(used), ({ message }) => warn(t`${path} could not be tidied: ${message}`))
  }
  return cache
})

const filesIn = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const names = yield* Effect.orElseSucceed(fs.readDirectory(folder), () => [])
  return names
    .filter((name) => name.endsWith(".features") && !name.startsWith("."))
    .sort()
    .map((name) => paths.join(folder, name))
})

const isNotFound = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

const warn = (message: string) =>
  Observer.emit({ _tag: "Notice", level: "warning", code: "Data", message })
