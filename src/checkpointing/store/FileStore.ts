import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Folder from "../../io/Folder.js"
import * as FolderLock from "../../io/FolderLock.js"
import { t } from "../../language/Text.js"
import { whileLocking } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import type { CheckpointWriter, OpenOptions } from "./CheckpointStore.js"
import { CheckpointStore } from "./CheckpointStore.js"
import { readerOf } from "../SelectCheckpoint.js"
import { archive } from "./Archive.js"
import * as Listing from "./Listing.js"
import { pin, unpin } from "./Pin.js"
import type { Written } from "./SaveToFolder.js"
import { keyIn, locked, save } from "./SaveToFolder.js"
import { recover } from "./Recovery.js"
import { scan } from "./FolderScan.js"
import { verify } from "./VerifyFiles.js"
import * as Retention from "../Retention.js"

const sweep = (folder: string) =>
  Effect.catchAll(AtomicFile.sweep(folder), (error) =>
    Effect.logWarning(t`temporary files are left in ${folder}: ${error.message}`)
  )

const make = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const run = Effect.provideService(FileSystem.FileSystem, fs)
  const loaded = new Set<string>()

  const load = (file: string) =>
    Effect.tap(run(CheckpointFile.read(file)), ({ meta }) =>
      Effect.ignore(
        Effect.map(run(Folder.idAround(file)), (folder) => loaded.add(keyIn(folder, meta)))
      )
    )

  const openReadOnly = (folder: string) =>
    readerOf({
      path: folder,
      list: run(Listing.list(folder)),
      scan: run(scan(folder)),
      load,
      describe: ({ name }) => run(Listing.named(folder, name))
    })

  const open = Effect.fn("FileStore.open")(function* (folder: string, options: OpenOptions = {}) {
    const lock = yield* run(FolderLock.acquire(folder, { force: options.force ?? false })).pipe(
      Effect.mapError(whileLocking(folder))
    )
    yield* run(sweep(folder))
    yield* run(recover(folder))
    const oneAtATime = yield* Effect.makeSemaphore(1)
    const state = {
      folder,
      lock,
      loaded,
      retention: options.retention ?? Retention.defaults,
      last: yield* Ref.make<Written | null>(null),
      newest: yield* Ref.make<string | null>(null)
    }
    return {
      ...openReadOnly(folder),
      save: (checkpoint, name) =>
        run(save(state, checkpoint, name)).pipe(oneAtATime.withPermits(1), Effect.uninterruptible),
      archive: (stays) =>
        oneAtATime.withPermits(1)(Effect.zipRight(locked(state), run(archive(folder, stays)))),
      lost: Effect.map(lock.lost, whileLocking(folder)),
      remade: lock.remade
    } satisfies CheckpointWriter
  })

  return {
    open,
    openReadOnly,
    holds: (folder: string, file: string) => run(Folder.holds(folder, file)),
    list: (folder: string) => run(Listing.list(folder)),
    load,
    inspect: (file: string) => run(CheckpointFile.inspect(file)),
    verify: (file: string) => run(verify(file)),
    pin: (file: string) => run(pin(file)),
    unpin: (file: string) => run(unpin(file))
  }
})

/** Keeps checkpoints as files in folders. */
export const layer: Layer.Layer<CheckpointStore, never, FileSystem.FileSystem> = Layer.effect(
  CheckpointStore,
  make
)
