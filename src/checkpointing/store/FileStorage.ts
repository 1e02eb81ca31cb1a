import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as AtomicFile from "../../io/AtomicFile.js"
import { DiskSpace } from "../../io/DiskSpace.js"
import * as FileStat from "../../io/FileStat.js"
import * as Folder from "../../io/Folder.js"
import * as FolderLock from "../../io/FolderLock.js"
import * as OpenFile from "../../io/OpenFile.js"
import { readPrefixes } from "../../io/ReadPrefixes.js"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import { Storage, type StorageOperations } from "../Storage.js"
import { whileLocking, whileReading, whileWriting } from "./FileErrors.js"

const kindOf = (type: FileSystem.File.Type) =>
  type === "File" ? "object" : type === "Directory" ? "folder" : "other"

// A file takes a little more than its length: its entry in the folder, and the map of its blocks.
const overhead = 64 * 1024

const checkSpace = Effect.fnUntraced(function* (file: string, bytes: number) {
  const { available } = yield* DiskSpace
  const left = yield* available(path.dirname(file))
  if (Option.exists(left, (left) => left < bytes + overhead)) {
    const detail = t`${bytes + overhead} bytes needed, ${Option.getOrThrow(left)} available`
    return yield* new CheckpointError({ reason: "NoSpace", path: file, detail })
  }
})

const sweep = (folder: string) =>
  Effect.catchAll(AtomicFile.sweep(folder), ({ message }) =>
    Effect.logWarning(t`temporary files are left in ${folder}: ${message}`)
  )

/** Objects as files, their ids as paths. */
export const make: Effect.Effect<StorageOperations, never, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const run = Effect.provideService(FileSystem.FileSystem, fs)

    const operations: StorageOperations = {
      list: (folder) =>
        fs.readDirectory(folder).pipe(
          Effect.mapError(whileReading(folder)),
          Effect.catchIf(
            ({ reason }) => reason === "NotFound",
            () => Effect.succeed([])
          )
        ),
      stat: (file) =>
        Effect.mapBoth(run(FileStat.stat(file)), {
          onFailure: whileReading(file),
          onSuccess: ({ bytes, inode, modified, type }) => ({
            kind: kindOf(type),
            bytes,
            modified,
            identity: inode
          })
        }),
      open: (file, use) => {
        const reading = Effect.mapError(whileReading(file))
        return run(OpenFile.open(file)).pipe(
          Effect.flatMap((opened) =>
            Effect.flatMap(opened.stat, ({ size }) =>
              use({
                bytes: Number(size),
                read: (offset, buffer) => reading(OpenFile.fillAt(opened, offset, buffer))
              })
            )
          ),
          OpenFile.scoped,
          Effect.mapError((error) =>
            error._tag === "CheckpointError" ? error : whileReading(file)(error)
          )
        )
      },
      put: (file, { bytes, ready }, body) =>
        checkSpace(file, bytes).pipe(
          Effect.zipRight(
            run(
              AtomicFile.writeAtomically(
                file,
                ({ writeAt }) =>
                  body({
                    write: (offset, piece) =>
                      Effect.mapError(writeAt(offset, piece), whileWriting(file))
                  }),
                { length: bytes, ...(ready && { ready }) }
              )
            )
          ),
          Effect.mapError((error) =>
            error._tag === "CheckpointError" ? error : whileWriting(file)(error)
          )
        ),
      link: (file, name) => Effect.mapError(run(AtomicFile.alias(file, name)), whileWriting(name)),
      move: (file, name) =>
        run(Folder.make(path.dirname(name))).pipe(
          Effect.zipRight(fs.rename(file, name)),
          Effect.mapError(whileWriting(file))
        ),
      remove: (file) => Effect.mapError(fs.remove(file, { force: true }), whileWriting(file)),
      sync: (folder) => Effect.mapError(run(Folder.sync(folder)), whileWriting(folder)),
      lock: (folder, options) => {
        const locking = Effect.mapError(whileLocking(folder))
        return locking(run(FolderLock.acquire(folder, options))).pipe(
          Effect.tap(() => run(sweep(folder))),
          Effect.map(({ check, lost, remade }) => ({
            check: locking(check),
            lost: Effect.map(lost, whileLocking(folder)),
            remade
          }))
        )
      },
      readPrefixes: (files, length, use, cache) => run(readPrefixes(files, length, use, cache)),
      join: path.join,
      split: (file) => ({ folder: path.dirname(file), name: path.basename(file) }),
      resolve: (file) => Effect.orElseSucceed(fs.realPath(file), () => path.resolve(file)),
      folderId: (folder) => Effect.mapError(run(Folder.idOf(folder)), whileReading(folder))
    }
    return operations
  }
)

/** Objects as files of the file system service, with what it does better than an object storage. */
export const layer: Layer.Layer<Storage, never, FileSystem.FileSystem> = Layer.effect(Storage, make)
