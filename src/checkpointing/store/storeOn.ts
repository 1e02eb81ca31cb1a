import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as CheckpointFile from "../format/CheckpointFile.js"
import * as Retention from "../Retention.js"
import { Storage, type StorageOperations } from "../Storage.js"
import { archive } from "./Archive.js"
import type {
  CheckpointReader,
  CheckpointStoreService,
  CheckpointWriter,
  OpenOptions
} from "./CheckpointStoreService.js"
import * as Listing from "./Listing.js"
import { pin, unpin } from "./Pin.js"
import { readerOf } from "./readerOf.js"
import { recover } from "./Recovery.js"
import { keyIn, requireLock, save, type LastSave } from "./SaveCheckpoint.js"

/** The store on a storage. */
export const storeOn = (storage: StorageOperations): CheckpointStoreService => {
  const run = Effect.provideService(Storage, storage)
  const loaded = new Set<string>()

  const load = (path: string) =>
    Effect.tap(run(CheckpointFile.read(path)), ({ meta }) =>
      storage.resolve(path).pipe(
        Effect.flatMap((real) => storage.folderId(storage.split(real).folder)),
        Effect.map((folder) => loaded.add(keyIn(folder, meta))),
        Effect.ignore
      )
    )

  const openReadOnly = (folder: string): CheckpointReader => readerOf(storage, folder, load)

  const open = Effect.fn("CheckpointStore.open")(function* (
    folder: string,
    options: OpenOptions = {}
  ) {
    const lock = yield* storage.lock(folder, { force: options.force ?? false })
    yield* run(recover(folder))
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const state = {
      folder,
      lock,
      loaded,
      retention: options.retention ?? Retention.defaults,
      last: yield* Ref.make<LastSave | null>(null),
      lastSavedAt: yield* Ref.make<string | null>(null)
    }
    return {
      ...openReadOnly(folder),
      save: (checkpoint, name) =>
        run(save(state, checkpoint, name)).pipe(oneAtATime, Effect.uninterruptible),
      archive: (stays) =>
        oneAtATime(Effect.zipRight(requireLock(state), run(archive(folder, stays)))),
      lost: lock.lost,
      remade: lock.remade
    } satisfies CheckpointWriter
  })

  const holds = Effect.fn("CheckpointStore.holds")(function* (folder: string, path: string) {
    const inside = storage.split(yield* storage.resolve(path)).folder
    return yield* Effect.zipWith(
      storage.folderId(folder),
      storage.folderId(inside),
      (a, b) => a === b
    ).pipe(
      Effect.catchAll(() => Effect.map(storage.resolve(folder), (resolved) => resolved === inside))
    )
  })

  return {
    open,
    openReadOnly,
    folderOf: (path: string) => storage.split(path).folder,
    holds,
    list: (folder: string) => run(Listing.list(folder)),
    load,
    inspect: (path: string) => run(CheckpointFile.inspect(path)),
    verify: (path: string) => run(Listing.verify(path)),
    pin: (path: string) => run(pin(path)),
    unpin: (path: string) => run(unpin(path))
  }
}
