import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as Observer from "../../events/Observer.js"
import * as AtomicFile from "../../io/AtomicFile.js"
import { paced } from "../../io/EventLoop.js"
import * as Folder from "../../io/Folder.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import { reportSkipped } from "../reportSkipped.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Column from "../table/Column.js"
import * as Records from "../table/Records.js"
import * as BlockFile from "./BlockFile.js"
import type { Passages, Text } from "./Passages.js"
import * as TokenStore from "./TokenStore.js"
import type { Tokens } from "./Tokens.js"

/** What texts are read by. */
export interface LoadOptions {
  readonly passages: Passages
  readonly tokens: Tokens
  /** Reads labels; null: the texts have none. */
  readonly label: Column.Column | null
  readonly damaged: "error" | "skip"
  readonly cacheFolder: string
  /** How much of a file is looked at to notice that it has changed since its tokens were made. */
  readonly fingerprint: FingerprintMode
  /** All that decides what is read of the files, beside the tokens. */
  readonly parameters: unknown
}

/** Numbers of each text, by what they say. */
interface Numbers {
  /** The place of its first token; one more than there are texts, the last being the end. */
  readonly starts: Float64Array
  /** Its file, and its line or row in it. */
  readonly file: Float64Array
  readonly at: Float64Array
  readonly label: Float64Array
  /** What tells it apart, and what it must stay together with; NaN: nothing was given. */
  readonly key: Float64Array
  readonly group: Float64Array
}

/** Texts, read: dictionary and column of labels now know all their values. */
export interface Loaded extends Numbers {
  readonly size: number
  readonly store: TokenStore.TokenStore
  /** A sha256 over all tokens and labels. */
  readonly content: string
}

/** What is held in memory: larger files, and tokens that take more, are kept in the cache. */
export class Limits extends Context.Reference<Limits>()("holdfast/Text/Limits", {
  defaultValue: () => ({ fileBytes: 1 << 24, tokenBytes: 1 << 28 })
}) {}

/** So many damaged texts are named one by one. */
const named = 10

const names = ["starts", "file", "at", "label", "key", "group"] as const

const CacheEntry = Schema.Struct({
  version: Schema.Literal(1),
  /** A sha256 of parameters, and of names, sizes, times and samples of the files. */
  source: Schema.String,
  tokens: Schema.Int,
  size: Schema.Int,
  content: Schema.String,
  dictionary: Schema.Array(Schema.String),
  labels: Schema.Array(Schema.String),
  skipped: Schema.Array(Schema.String),
  skipped_count: Schema.Int
})
type CacheEntry = typeof CacheEntry.Type

/**
 * Reads texts into tokens: in memory if the files are small, else in a file of the cache, which serves until
 * the size or the time of a file changes. Fails, naming file and line, where something is no text or has no
 * label, unless such is skipped.
 */
export const load = (
  options: LoadOptions
): Effect.Effect<Loaded, DataError, FileSystem.FileSystem | Observer.Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const { files } = options.passages
    const identities = yield* Effect.forEach(files, SourceFiles.identityOf, { concurrency: 16 })
    const { fileBytes, tokenBytes } = yield* Limits
    const bytes = identities.reduce((sum, { size }) => sum + size, 0)
    if (bytes > fileBytes) return yield* cached(options, identities)
    const codes = new TokenStore.Growing(options.tokens.width)
    const found = yield* Effect.either(
      readAll(options, (some) =>
        Effect.suspend(() => {
          codes.push(some)
          return codes.bytes > tokenBytes ? Effect.fail("TooMany" as const) : Effect.void
        })
      )
    )
    if (found._tag === "Left") {
      // Compressed files hold more than they seem to.
      return yield* found.left === "TooMany" ? cached(options, identities) : found.left
    }
    const { content, numbers, skipped, skippedCount } = found.right
    yield* tellOfSkipped(skipped, skippedCount)
    const store = TokenStore.inMemory(codes.take())
    return { ...numbers, size: numbers.at.length, store, content }
  })

const cached = Effect.fnUntraced(function* (
  options: LoadOptions,
  identities: ReadonlyArray<SourceFiles.Identity>
) {
  const { cacheFolder, fingerprint, label, passages, tokens } = options
  const own = hashOf([options.parameters, tokens.identity, options.damaged])
  const files = yield* SourceFiles.sampled(identities, fingerprint)
  const source = hashOf([
    own,
    files.map(({ modified, path, sample, size }) => [path, size, modified, sample])
  ])
  const name = hashOf([own, passages.files]).slice(0, 16)
  const path = join(cacheFolder, `${name}.tokens`)
  const entryPath = join(cacheFolder, `${name}.json`)
  const fileSystem = yield* FileSystem.FileSystem
  const text = yield* Effect.option(fileSystem.readFileString(entryPath))
  const known = Option.flatMap(text, Schema.decodeOption(Schema.parseJson(CacheEntry)))
  if (Option.isSome(known) && known.value.source === source) {
    const opened = yield* Effect.option(openCached(path, known.value, tokens.width))
    if (Option.isSome(opened)) {
      tokens.dictionary?.restore(known.value.dictionary)
      label?.values.splice(0, Infinity, ...known.value.labels)
      yield* tellOfSkipped(known.value.skipped, known.value.skipped_count)
      return opened.value
    }
  }
  const unwritable = (error: { readonly message: string }) =>
    new DataError({
      reason: "Unreadable",
      path: cacheFolder,
      detail: t`tokens cannot be kept there, and are too many for memory; make room, or change cache_dir (${error.message})`
    })
  const [first, ...others] = passages.files
  yield* Observer.emit({
    _tag: "Notice",
    level: "info",
    code: "Data",
    message:
      others.length === 0
        ? t`reading ${first!} once, to be kept in ${path}`
        : t`reading ${first!} and ${others.length} more files once, to be kept in ${path}`
  })
  yield* Effect.mapError(Folder.make(cacheFolder), unwritable)
  yield* Effect.ignore(AtomicFile.sweep(cacheFolder))
  tokens.dictionary?.clear()
  const found = yield* AtomicFile.writeDurably(path, (file) =>
    Effect.gen(function* () {
      const blocks = new BlockFile.Blocks()
      const write = (bytes: Uint8Array) => (bytes.length === 0 ? Effect.void : file.write(bytes))
      const codes = new TokenStore.Growing(tokens.width)
      let count = 0
      const flush = Effect.suspend(() => {
        const all = codes.take()
        count += all.length
        return write(blocks.push(bytesOf(all)))
      })
      const read = yield* readAll(options, (some) =>
        Effect.suspend(() => {
          codes.push(some)
          return codes.bytes >= writtenAtOnce ? flush : Effect.void
        })
      )
      yield* flush
      yield* write(blocks.push(new Uint8Array(paddingOf(count * tokens.width))))
      for (const name of names) yield* write(blocks.push(bytesOf(read.numbers[name])))
      yield* write(blocks.end())
      return { ...read, count }
    })
  ).pipe(Effect.mapError((error) => (error._tag === "DataError" ? error : unwritable(error))))
  const entry: CacheEntry = {
    version: 1,
    source,
    tokens: found.count,
    size: found.numbers.at.length,
    content: found.content,
    dictionary: tokens.dictionary?.values ?? [],
    labels: label?.values ?? [],
    skipped: found.skipped,
    skipped_count: found.skippedCount
  }
  yield* Effect.mapError(AtomicFile.writeFile(entryPath, JSON.stringify(entry)), unwritable)
  yield* tellOfSkipped(found.skipped, found.skippedCount)
  return yield* openCached(path, entry, tokens.width)
})

const writtenAtOnce = 1 << 21

/** Opens a file of tokens, behind which the numbers of the texts are. */
const openCached = Effect.fnUntraced(function* (
  path: string,
  { content, size, tokens }: CacheEntry,
  width: TokenStore.Width
) {
  const begin = tokens * width + paddingOf(tokens * width)
  const lengths = names.map((name) => 8 * (name === "starts" ? size + 1 : size))
  const file = yield* BlockFile.open(
    path,
    lengths.reduce((sum, length) => sum + length, begin)
  )
  let at = begin
  const numbers: Partial<Record<keyof Numbers, Float64Array>> = {}
  for (const [i, name] of names.entries()) {
    const bytes = yield* file.read(at, at + lengths[i]!)
    numbers[name] = new Float64Array(bytes.buffer as ArrayBuffer)
    at += lengths[i]!
  }
  const store = TokenStore.ofFile(file, tokens, width)
  const loaded: Loaded = { ...(numbers as Numbers), size, store, content }
  return loaded
})

/** Bytes between tokens and numbers, so that these begin at a multiple of 8. */
const paddingOf = (bytes: number): number => (8 - (bytes % 8)) % 8

const bytesOf = ({ buffer, byteLength, byteOffset }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength)

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex")

/** Reads all texts of all files; `take` gets the codes of those that are used. */
const readAll = <E, R>(
  { damaged, label, passages, tokens }: LoadOptions,
  take: (codes: TokenStore.Codes) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    const pause = paced()
    const columns = Object.fromEntries(
      names.map((name) => [name, new Records.Growing()])
    ) as Record<keyof Numbers, Records.Growing>
    const skipped: Array<string> = []
    let skippedCount = 0
    let count = 0
    let end = 0
    for (const [file, path] of passages.files.entries()) {
      yield* Stream.runForEach(passages.read(path), (some) =>
        Effect.gen(function* () {
          for (const passage of some) {
            yield* pause
            const { at } = passage
            const read = "problem" in passage ? passage.problem : numbersOf(passage, label, tokens)
            if (typeof read === "string") {
              if (damaged === "error") {
                return yield* new DataError({
                  reason: "Unreadable",
                  path: passages.nameOf(path, at),
                  detail: t`${read}; correct it, or have damaged texts left out: damaged: "skip"`
                })
              }
              skippedCount++
              if (skipped.length < named) skipped.push(t`${passages.nameOf(path, at)}: ${read}`)
              continue
            }
            const { codes, group, key, own } = read
            if (!read.continues) {
              count++
              columns.starts.push(end)
              columns.file.push(file)
              columns.at.push(at)
              columns.label.push(own)
              columns.key.push(key)
              columns.group.push(group)
            }
            end += codes.length
            hash.update(bytesOf(codes))
            yield* take(codes)
          }
        })
      )
    }
    if (count === 0) {
      return yield* new DataError({
        reason: "Empty",
        path: passages.files.slice(0, 5).join(", "),
        detail:
          skippedCount === 0 ? t`holds no text` : t`holds no text that can be used: ${skipped[0]!}`
      })
    }
    columns.starts.push(end)
    const numbers = Object.fromEntries(
      names.map((name) => [name, columns[name].take()])
    ) as unknown as Numbers
    hash.update(bytesOf(numbers.starts)).update(bytesOf(numbers.label))
    hash.update(JSON.stringify([tokens.dictionary?.values ?? [], label?.values ?? []]))
    return { numbers, content: hash.digest("hex"), skipped, skippedCount }
  })

/** What is kept of a text, or what is wrong with it. */
const numbersOf = (passage: Text, label: Column.Column | null, { encode, width }: Tokens) => {
  const own = label === null ? 0 : label.read(passage.label)
  if (typeof own === "string") return t`has a label that ${own}`
  if (Number.isNaN(own)) return t`has no label`
  const codes = TokenStore.codesOf(encode(passage.text), width)
  if (codes.length === 0 && label !== null) return t`has an empty text`
  const hashed = (value: unknown) => {
    const read = Column.key.read(value)
    return typeof read === "string" ? NaN : read
  }
  return {
    codes,
    own,
    continues: passage.continues,
    // The same text is in one split, however often it occurs.
    key: hashed(passage.key ?? (label === null ? null : passage.text)),
    group: hashed(passage.group)
  }
}

const tellOfSkipped = (skipped: ReadonlyArray<string>, count: number) =>
  reportSkipped(skipped, count, (more) => t`and ${more} more texts were skipped`)
