import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as Candidates from "../Candidate.js"
import type { Candidate } from "../Candidate.js"
import type { CheckpointError } from "../CheckpointError.js"
import { whileReading } from "../CheckpointError.js"
import * as CheckpointFile from "../CheckpointFile.js"
import * as Names from "../Names.js"

/** A candidate as a file: every name that it has in its folder, and what tells it from others. */
export interface Listed extends Candidate {
  readonly names: ReadonlyArray<string>
  readonly id: string
}

/** What the file system tells one file from another by, whatever its names. */
export const idOf = (info: FileSystem.File.Info, file: string): string =>
  Option.match(info.ino, {
    onNone: () => path.resolve(file),
    onSome: (ino) => `${info.dev}:${ino}`
  })

/** How many files are looked at at a time. */
export const concurrency = 16

const stat = Effect.fnUntraced(function* (folder: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const file = path.join(folder, name)
  const info = yield* Effect.either(Effect.mapError(fs.stat(file), whileReading(file)))
  return { name, file, info }
})

type Stated = Effect.Effect.Success<ReturnType<typeof stat>>

const isFile = ({ info }: Stated): boolean =>
  Either.match(info, { onLeft: () => true, onRight: ({ type }) => type === "File" })

// A file that is gone by the time it is looked at was never a candidate.
const isGone = (health: Either.Either<unknown, CheckpointError>): boolean =>
  Either.isLeft(health) && health.left.reason === "NotFound"

/** The names of each file, its own before the two well-known ones. */
const byFile = (stated: ReadonlyArray<Stated>): ReadonlyArray<[string, Array<Stated>]> => {
  const files = new Map<string, Array<Stated>>()
  for (const one of stated) {
    const id = Either.match(one.info, {
      onLeft: () => one.file,
      onRight: (info) => idOf(info, one.file)
    })
    const others = files.get(id) ?? []
    files.set(id, Names.aliasOf(one.name) === undefined ? [one, ...others] : [...others, one])
  }
  return [...files]
}

const examine = Effect.fnUntraced(function* (
  [id, files]: [string, Array<Stated>],
  present: ReadonlySet<string>
) {
  const [{ file, name, info }] = files as [Stated]
  const names = files.map((one) => one.name)
  const health = yield* Effect.either(
    Effect.zipRight(
      info,
      Effect.map(CheckpointFile.inspect(file), ({ meta }) => meta)
    )
  )
  return {
    path: file,
    name,
    names,
    id,
    modified: Either.match(info, {
      onLeft: () => new Date(0),
      onRight: ({ mtime }) => Option.getOrElse(mtime, () => new Date(0))
    }),
    bytes: Either.match(info, { onLeft: () => 0, onRight: ({ size }) => Number(size) }),
    aliases: names.map(Names.aliasOf).filter((alias) => alias !== undefined),
    pinned: names.some((one) => present.has(Names.pinOf(one))),
    health
  } satisfies Listed
})

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
    (file) => examine(file, present),
    { concurrency }
  )
  return found.filter(({ health }) => !isGone(health))
})

/**
 * Every checkpoint in `folder`, each once, however many names it has: newest first, then those whose
 * headers are damaged. Reads headers, no tensors.
 */
export const list = Effect.fn("FileStore.list")(function* (folder: string) {
  const present = yield* entries(folder)
  const found = yield* among(folder, present.filter(Names.isCheckpoint), new Set(present))
  const newest = Candidates.newestFirst(Candidates.whole(found))
  const rank = new Map(newest.map(({ path }, index) => [path, index]))
  const rankOf = ({ path }: Candidate) => rank.get(path) ?? rank.size
  return found.sort((a, b) => rankOf(a) - rankOf(b))
})

/** The candidate that has `name`, one of those in `folder`, with the well-known names it may have. */
export const named = Effect.fnUntraced(function* (folder: string, name: string) {
  const present = new Set(yield* entries(folder))
  const names = new Set([name, ...Object.values(Names.fileNames).filter((one) => present.has(one))])
  const found = yield* among(folder, [...names], present)
  return Option.fromNullable(found.find((one) => one.names.includes(name)))
})

/** The checkpoint at `file`, under this one name. */
export const one = Effect.fn("FileStore.one")(function* (file: string) {
  const folder = path.dirname(file)
  const stated = yield* stat(folder, path.basename(file))
  const info = yield* stated.info
  const present = new Set(yield* entries(folder))
  return { ...(yield* examine([idOf(info, file), [stated]], present)), path: file }
})
