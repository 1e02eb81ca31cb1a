import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as Folder from "../file/Folder.js"
import type { Candidate } from "./Candidate.js"
import * as Candidates from "./Candidate.js"
import type { Checkpoint } from "./Checkpoint.js"
import { whileReading, whileWriting } from "./CheckpointError.js"
import * as CheckpointFile from "./CheckpointFile.js"
import type { CheckpointFolder, CheckpointName } from "./CheckpointStore.js"
import { CheckpointStore, fileNames } from "./CheckpointStore.js"
import { choose } from "./Choice.js"

const extension = ".safetensors"

const examine = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.either(Effect.mapError(fs.stat(file), whileReading(file)))
  const health = yield* Effect.either(
    Effect.zipRight(
      info,
      Effect.map(CheckpointFile.inspect(file), ({ meta }) => meta)
    )
  )
  return {
    path: file,
    name: path.basename(file),
    modified: Either.match(info, {
      onLeft: () => new Date(0),
      onRight: ({ mtime }) => Option.getOrElse(mtime, () => new Date(0))
    }),
    bytes: Either.match(info, { onLeft: () => 0, onRight: ({ size }) => Number(size) }),
    health
  } satisfies Candidate
})

// A file that is gone by the time it is looked at was never a candidate.
const isGone = ({ health }: Candidate): boolean =>
  Either.isLeft(health) && health.left.reason === "NotFound"

/** Every checkpoint in `folder`: by age, newest first, then those whose headers are damaged. */
const list = Effect.fn("FileStore.list")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* fs.readDirectory(folder).pipe(
    Effect.mapError(whileReading(folder)),
    Effect.catchIf(
      ({ reason }) => reason === "NotFound",
      () => Effect.succeed<Array<string>>([])
    )
  )
  const files = names.filter((name) => name.endsWith(extension) && !name.startsWith("."))
  const found = yield* Effect.forEach(files.sort(), (name) => examine(path.join(folder, name)), {
    concurrency: 16
  })
  const candidates = found.filter((candidate) => !isGone(candidate))
  return [
    ...Candidates.newestFirst(candidates),
    ...candidates.filter(({ health }) => Either.isLeft(health))
  ]
})

// Another program's safetensors are left where they are, except under our own names.
const isOurs = ({ name, health }: Candidate): boolean =>
  Object.values(fileNames).includes(name) ||
  Either.match(health, {
    onLeft: ({ reason }) => reason !== "NotACheckpoint",
    onRight: () => true
  })

const archiveFolder = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const stamp = now.replace(/\.\d+Z$/, "Z").replaceAll(":", "-")
  const parent = path.join(folder, "archive")
  yield* Folder.make(parent)
  const take = (nth: number): Effect.Effect<string, PlatformError> => {
    const name = path.join(parent, nth === 1 ? stamp : `${stamp}-${nth}`)
    return fs.makeDirectory(name).pipe(
      Effect.as(name),
      Effect.catchIf(
        (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
        () => take(nth + 1)
      )
    )
  }
  return yield* Effect.tap(take(1), () => Folder.sync(parent))
})

const archive = Effect.fn("FileStore.archive")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const ours = (yield* list(folder)).filter(isOurs)
  return yield* Effect.gen(function* () {
    const target = yield* archiveFolder(folder)
    yield* Effect.forEach(ours, (one) => fs.rename(one.path, path.join(target, one.name)), {
      discard: true
    })
    yield* Folder.sync(target)
    yield* Folder.sync(folder)
    return target
  }).pipe(Effect.mapError(whileWriting(folder)), Effect.uninterruptible)
})

const save = Effect.fn("FileStore.save")(function* (
  folder: string,
  checkpoint: Checkpoint,
  name: CheckpointName
) {
  const file = path.join(folder, fileNames[name])
  const [duration, bytes] = yield* Folder.make(folder).pipe(
    Effect.mapError(whileWriting(folder)),
    Effect.zipRight(CheckpointFile.write(file, checkpoint)),
    Effect.timed
  )
  return { path: file, bytes, milliseconds: Duration.toMillis(duration) }
})

/** Keeps checkpoints as files in folders. */
export const layer: Layer.Layer<CheckpointStore, never, FileSystem.FileSystem> = Layer.effect(
  CheckpointStore,
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const run = Effect.provideService(FileSystem.FileSystem, fs)
    const load = (file: string) => run(CheckpointFile.read(file))
    const open = Effect.fn("FileStore.open")(function* (folder: string) {
      const oneAtATime = yield* Effect.makeSemaphore(1)
      const candidates = run(list(folder))
      const find = (name: CheckpointName) =>
        Effect.flatMap(candidates, (found) => choose(found, name, load))
      const candidate = (name: CheckpointName) =>
        Effect.map(
          find(name),
          Option.map((choice) => choice.candidate)
        )
      return {
        path: folder,
        save: (checkpoint, name) =>
          run(save(folder, checkpoint, name)).pipe(
            oneAtATime.withPermits(1),
            Effect.uninterruptible
          ),
        load: (one) => load(one.path),
        fetch: (name) =>
          Effect.map(
            find(name),
            Option.match({ onNone: () => null, onSome: (choice) => choice.checkpoint })
          ),
        list: candidates,
        latest: candidate("latest"),
        best: candidate("best"),
        archive: oneAtATime.withPermits(1)(run(archive(folder)))
      } satisfies CheckpointFolder
    })
    return {
      open,
      list: (folder) => run(list(folder)),
      load,
      inspect: (file) => run(CheckpointFile.inspect(file))
    }
  })
)
