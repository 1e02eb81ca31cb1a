import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as FileStat from "../../io/FileStat.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import { whileReading } from "../CheckpointError.js"
import * as HeaderDigest from "../format/HeaderDigest.js"
import * as OpenedFile from "../format/OpenedFile.js"
import * as FileNames from "../FileNames.js"

/** A candidate as it lies in a folder: every name that it has there, and what tells it from others. */
export interface Listed extends CheckpointEntry {
  readonly names: ReadonlyArray<string>
  /** What every copy of it has in common; null where its header is damaged. */
  readonly digest: string | null
}

/** How many files are looked at at a time. */
export const concurrency = 16

const stat = Effect.fnUntraced(function* (folder: string, name: string) {
  const file = path.join(folder, name)
  const info = yield* Effect.either(Effect.mapError(FileStat.stat(file), whileReading(file)))
  return { name, file, info }
})

type Stated = Effect.Effect.Success<ReturnType<typeof stat>>

const isFile = ({ info }: Stated): boolean =>
  Either.match(info, { onLeft: () => true, onRight: ({ type }) => type === "File" })

// A file that is gone by the time it is looked at was never a candidate.
const isGone = (health: Either.Either<unknown, CheckpointError>): boolean =>
  Either.isLeft(health) && health.left.reason === "NotFound"

const isOther = (name: string): boolean => FileNames.aliasOf(name) === undefined

/** The names of each file, its own before the two well-known ones. */
const byFile = (stated: ReadonlyArray<Stated>): ReadonlyArray<Array<Stated>> => {
  const files = new Map<string, Array<Stated>>()
  for (const one of stated) {
    const id = Either.match(one.info, {
      onLeft: () => one.file,
      onRight: (info) => FileStat.idOf(info, one.file)
    })
    const others = files.get(id) ?? []
    files.set(id, isOther(one.name) ? [one, ...others] : [...others, one])
  }
  return [...files.values()]
}

const examine = Effect.fnUntraced(function* (
  files: ReadonlyArray<Stated>,
  present: ReadonlySet<string>
) {
  const [{ file, name, info }] = files as [Stated]
  const names = files.map((one) => one.name)
  const seen = yield* Effect.either(
    Effect.zipRight(
      info,
      Effect.map(OpenedFile.look(file), ({ header, meta }) => ({
        meta,
        digest: header.metadata.get(HeaderDigest.key) ?? null
      }))
    )
  )
  return {
    path: file,
    name,
    names,
    digest: Either.match(seen, { onLeft: () => null, onRight: ({ digest }) => digest }),
    modified: Either.match(info, {
      onLeft: () => new Date(0),
      onRight: ({ modified }) => modified
    }),
    bytes: Either.match(info, { onLeft: () => 0, onRight: ({ bytes }) => bytes }),
    aliases: names.map(FileNames.aliasOf).filter((alias) => alias !== undefined),
    pinned: names.some((one) => present.has(FileNames.pinOf(one))),
    health: Either.map(seen, ({ meta }) => meta)
  } satisfies Listed
})

/** Copies of one checkpoint as one, by the name that is its own: not every file system has links. */
const byContent = (files: ReadonlyArray<Listed>): Array<Listed> => {
  const contents = new Map<string, Listed>()
  for (const one of files) {
    const key = one.digest ?? one.path
    const twin = contents.get(key)
    if (twin === undefined) {
      contents.set(key, one)
      continue
    }
    const [first, second] = isOther(twin.name) ? [twin, one] : [one, twin]
    contents.set(key, {
      ...first,
      names: [...first.names, ...second.names],
      aliases: [...first.aliases, ...second.aliases],
      pinned: first.pinned || second.pinned
    })
  }
  return [...contents.values()]
}

/** The names in `folder`; none if it does not exist. */
export const entries = (folder: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readDirectory(folder)),
    Effect.mapError(whileReading(folder)),
    Effect.catchIf(
      ({ reason }) => reason === "NotFound",
      () => Effect.succeed<Array<string>>([])
    ),
    Effect.map((names) => names.sort())
  )

/** What is behind `names` in `folder`, each file once; nothing where nothing is any more. */
export const among = Effect.fnUntraced(function* (
  folder: string,
  names: ReadonlyArray<string>,
  present: ReadonlySet<string>
) {
  const stated = yield* Effect.forEach(names, (name) => stat(folder, name), { concurrency })
  const found = yield* Effect.forEach(
    byFile(stated.filter((one) => isFile(one) && !isGone(one.info))),
    (names) => examine(names, present),
    { concurrency }
  )
  return found.filter(({ health }) => !isGone(health))
})

/**
 * Every checkpoint's file in `folder`, however many names it has, copies each: newest first, then
 * those whose headers are damaged. Reads headers, no tensors.
 */
export const files = Effect.fn("FileStore.files")(function* (folder: string) {
  const present = yield* entries(folder)
  const found = yield* among(folder, present.filter(FileNames.isCheckpoint), new Set(present))
  const newest = CheckpointEntries.newestFirst(CheckpointEntries.intact(found))
  const rank = new Map(newest.map(({ path }, index) => [path, index]))
  const rankOf = ({ path }: CheckpointEntry) => rank.get(path) ?? rank.size
  return found.sort((a, b) => rankOf(a) - rankOf(b))
})

/** Every checkpoint in `folder`, each once, in the order of `files`. */
export const list = (folder: string) => Effect.map(files(folder), byContent)

/** The candidate that has `name`, one of those in `folder`, with the well-known names it may have. */
export const named = Effect.fnUntraced(function* (folder: string, name: string) {
  const present = new Set(yield* entries(folder))
  const names = new Set([
    name,
    ...[...present].filter((one) => FileNames.aliasOf(one) !== undefined)
  ])
  const found = yield* among(folder, [...names], present)
  return Option.fromNullable(byContent(found).find((one) => one.names.includes(name)))
})

/** The checkpoint at `file`, under this one name. */
export const one = Effect.fn("FileStore.one")(function* (file: string) {
  const folder = path.dirname(file)
  const stated = yield* stat(folder, path.basename(file))
  yield* stated.info
  const present = new Set(yield* entries(folder))
  return { ...(yield* examine([stated], present)), path: file }
})
