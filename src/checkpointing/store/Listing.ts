import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import type { CheckpointError } from "../CheckpointError.js"
import * as FileNames from "../FileNames.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import { headerKey } from "../format/Digest.js"
import { fromPrefix, usualLength, withHeader, type CheckpointHeader } from "../format/ReadHeader.js"
import { Storage, type ObjectInfo } from "../Storage.js"

/** A checkpoint as it is in a folder: all its names there, and what its copies have in common. */
export interface FolderEntry extends CheckpointEntry {
  readonly names: ReadonlyArray<string>
  /** The digest of the header; null where that is damaged. */
  readonly digest: string | null
}

/** A name in a folder, and what it stands for. */
interface NamedObject {
  readonly name: string
  readonly path: string
  readonly info: Either.Either<ObjectInfo, CheckpointError>
}

const concurrency = 16

const statIn = (folder: string, name: string) =>
  Effect.flatMap(Storage, ({ join, stat }) => {
    const path = join(folder, name)
    return Effect.map(Effect.either(stat(path)), (info): NamedObject => ({ name, path, info }))
  })

const isObject = ({ info }: NamedObject): boolean =>
  Either.match(info, { onLeft: () => true, onRight: ({ kind }) => kind === "object" })

// A file that has disappeared since the listing was never an entry.
const isGone = (health: Either.Either<unknown, CheckpointError>): boolean =>
  Either.isLeft(health) && health.left.reason === "NotFound"

const isOwnName = (name: string): boolean => FileNames.aliasOf(name) === undefined

/** The names of each object, its own before the well-known ones. */
const byObject = (named: ReadonlyArray<NamedObject>): ReadonlyArray<Array<NamedObject>> => {
  const objects = new Map<string, Array<NamedObject>>()
  for (const one of named) {
    const id = Either.match(one.info, {
      onLeft: () => one.path,
      onRight: ({ identity }) => identity ?? one.path
    })
    const others = objects.get(id) ?? []
    objects.set(id, isOwnName(one.name) ? [one, ...others] : [...others, one])
  }
  return [...objects.values()]
}

type Header = Either.Either<CheckpointHeader, CheckpointError>

const readHeader = (path: string) =>
  Effect.either(withHeader(path, (_, header) => Effect.succeed(header)))

const entryOf = (
  named: ReadonlyArray<NamedObject>,
  header: Header,
  present: ReadonlySet<string>
): FolderEntry => {
  const [{ info, name, path }] = named as [NamedObject]
  const names = named.map((one) => one.name)
  return {
    path,
    name,
    names,
    digest: Either.match(header, {
      onLeft: () => null,
      onRight: ({ header }) => header.metadata.get(headerKey) ?? null
    }),
    modified: Either.match(info, {
      onLeft: () => new Date(0),
      onRight: ({ modified }) => modified
    }),
    bytes: Either.match(info, { onLeft: () => 0, onRight: ({ bytes }) => bytes }),
    aliases: names.map(FileNames.aliasOf).filter((alias) => alias !== undefined),
    pinned: names.some((one) => present.has(FileNames.pinOf(one))),
    health: Either.map(header, ({ meta }) => meta)
  }
}

/** Copies of one checkpoint as one entry, by its own name: not every storage has links. */
const byContent = (files: ReadonlyArray<FolderEntry>): Array<FolderEntry> => {
  const contents = new Map<string, FolderEntry>()
  for (const one of files) {
    const key = one.digest ?? one.path
    const twin = contents.get(key)
    if (twin === undefined) {
      contents.set(key, one)
      continue
    }
    const [first, second] = isOwnName(twin.name) ? [twin, one] : [one, twin]
    contents.set(key, {
      ...first,
      names: [...first.names, ...second.names],
      aliases: [...first.aliases, ...second.aliases],
      pinned: first.pinned || second.pinned
    })
  }
  return [...contents.values()]
}

/** The names in `folder`, in order; none if it does not exist. */
export const namesIn = (folder: string) =>
  Effect.flatMap(Storage, ({ list }) => Effect.map(list(folder), (names) => [...names].sort()))

/** The entries behind `names` in `folder`, one for each file; none for names that have disappeared. */
export const among = Effect.fnUntraced(function* (
  folder: string,
  names: ReadonlyArray<string>,
  present: ReadonlySet<string>
) {
  const { readPrefixes } = yield* Storage
  const named = yield* Effect.forEach(names, (name) => statIn(folder, name), { concurrency })
  const objects = byObject(named.filter((one) => isObject(one) && !isGone(one.info)))
  const headers = yield* readPrefixes(
    objects.map(([one]) => one!.path),
    usualLength,
    (path, prefix) => Option.flatMap(prefix, (found) => fromPrefix(path, found))
  )
  const entries = yield* Effect.forEach(
    objects,
    (named, i) =>
      Effect.map(
        Either.isLeft(named[0]!.info)
          ? Effect.succeed<Header>(Either.left(named[0]!.info.left))
          : Option.match(headers[i]!, {
              onNone: () => readHeader(named[0]!.path),
              onSome: Effect.succeed
            }),
        (header) => entryOf(named, header, present)
      ),
    { concurrency }
  )
  return entries.filter(({ health }) => !isGone(health))
})

/** Newest first, then those whose headers are damaged. */
export const newestFirst = (found: ReadonlyArray<FolderEntry>): Array<FolderEntry> => {
  const newest = CheckpointEntries.newestFirst(CheckpointEntries.intact(found))
  const rank = new Map(newest.map(({ path }, index) => [path, index]))
  const rankOf = ({ path }: CheckpointEntry) => rank.get(path) ?? rank.size
  return found.toSorted((a, b) => rankOf(a) - rankOf(b))
}

/**
 * Every checkpoint file in `folder`, however many names it has, copies each: newest first, then those
 * whose headers are damaged. Reads headers, no tensors.
 */
export const files = Effect.fn("CheckpointStore.files")(function* (folder: string) {
  const present = yield* namesIn(folder)
  return newestFirst(yield* among(folder, present.filter(FileNames.isCheckpoint), new Set(present)))
})

/** Every checkpoint in `folder`, each once, in the order of `files`. */
export const list = (folder: string) => Effect.map(files(folder), byContent)

/** The entry in `folder` that has `name`, with the well-known names that it may have. */
export const named = Effect.fnUntraced(function* (folder: string, name: string) {
  const present = new Set(yield* namesIn(folder))
  const aliases = [...present].filter((one) => !isOwnName(one))
  const found = yield* among(folder, [...new Set([name, ...aliases])], present)
  return Option.fromNullable(byContent(found).find((one) => one.names.includes(name)))
})

/** The entry of the checkpoint at `path`, under this one name. */
export const entryAt = Effect.fn("CheckpointStore.entryAt")(function* (path: string) {
  const { split } = yield* Storage
  const { folder, name } = split(path)
  const object = yield* statIn(folder, name)
  yield* object.info
  const present = new Set(yield* namesIn(folder))
  return { ...entryOf([object], yield* readHeader(path), present), path }
})

/**
 * Verifies every byte of the checkpoint at `path`, or of each in the folder there: `health` is that of
 * the whole file, not of the header alone.
 */
export const verify = Effect.fn("CheckpointStore.verify")(function* (path: string) {
  const { stat } = yield* Storage
  const { kind } = yield* stat(path)
  const found = kind === "folder" ? yield* files(path) : [yield* entryAt(path)]
  return yield* Effect.forEach(found, (entry) =>
    CheckpointFile.verify(entry.path).pipe(
      Effect.map(({ meta }) => meta),
      Effect.either,
      Effect.map((health): CheckpointEntry => ({ ...entry, health }))
    )
  )
})
