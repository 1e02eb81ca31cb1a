import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Expiry from "../../io/folderLock/Expiry.js"
import { t } from "../../language/Text.js"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import { CheckpointError } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import * as Retention from "../Retention.js"
import { Storage, type StorageLock, type StorageOperations } from "../Storage.js"
import { archive } from "./Archive.js"
import type {
  CheckpointReader,
  CheckpointStoreService,
  CheckpointWriter,
  MirrorOptions,
  OpenOptions
} from "./CheckpointStoreService.js"
import * as Listing from "./Listing.js"
import * as Mirror from "./mirror/Mirror.js"
import { pin, unpin } from "./Pin.js"
import { readerOf } from "./readerOf.js"
import { recover } from "./Recovery.js"
import { keyIn, requireLock, save, type LastSave } from "./SaveCheckpoint.js"

/** Waits for either of two, without interrupting them where the fiber that waits is interrupted. */
const firstOf = <A>(...all: ReadonlyArray<Effect.Effect<A>>) =>
  Effect.gen(function* () {
    const first = yield* Deferred.make<A>()
    for (const one of all) {
      yield* Effect.forkScoped(
        Effect.interruptible(Effect.flatMap(one, (value) => Deferred.succeed(first, value)))
      )
    }
    return Deferred.await(first)
  })

/** The store on a storage, with a way to keep mirrors. */
export const storeOn = (
  storage: StorageOperations,
  keepMirror: Mirror.OpenMirror = Mirror.open
): CheckpointStoreService => {
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

  const openReadOnly = (folder: string, mirror: string | null = null): CheckpointReader =>
    readerOf(storage, folder, mirror, load)

  /** The mirror of a folder whose lock this process holds; the scope closes when it is up to date. */
  const openMirror = Effect.fnUntraced(function* (
    folder: string,
    lock: StorageLock,
    { folder: mirror, patience = 60, pause = 1000 }: MirrorOptions,
    options: Pick<Mirror.MirrorTerms, "force" | "retention">
  ) {
    if ((yield* storage.resolve(folder)) === (yield* storage.resolve(mirror))) {
      const detail = t`a folder cannot be its own mirror`
      return yield* new CheckpointError({ reason: "Unwritable", path: mirror, detail })
    }
    const opened = yield* run(keepMirror({ ...options, folder, mirror, pause }))
    const lost = yield* firstOf(lock.lost, opened.lost)
    yield* Effect.addFinalizer(() => Mirror.settle({ ...opened, lost }, mirror, patience))
    return {
      lost,
      wake: opened.wake,
      archive: (stays: (entry: CheckpointEntry) => boolean) =>
        opened.hold.pipe(
          Effect.zipRight(opened.check),
          Effect.zipRight(run(archive(mirror, stays))),
          Effect.asVoid
        )
    }
  })

  const open = Effect.fn("CheckpointStore.open")(function* (
    folder: string,
    options: OpenOptions = {}
  ) {
    const { force = false, retention = Retention.defaults } = options
    const lock = yield* storage.lock(folder, { force })
    const mirror = options.mirror
      ? yield* openMirror(folder, lock, options.mirror, { force, retention })
      : null
    const lost = mirror === null ? lock.lost : mirror.lost
    yield* run(recover(folder))
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const state = {
      folder,
      lock,
      loaded,
      retention,
      last: yield* Ref.make<LastSave | null>(null),
      lastSavedAt: yield* Ref.make<string | null>(null)
    }
    return {
      ...openReadOnly(folder),
      save: (checkpoint, name) =>
        run(save(state, checkpoint, name)).pipe(
          // A service that does not answer any more would keep a run that has to end at once.
          (saving) => Expiry.unlessLost(lost, saving),
          Effect.tap(() => mirror?.wake),
          oneAtATime,
          Effect.uninterruptible
        ),
      archive: (stays) =>
        // First in the mirror: what stays there although it is not in the folder would be copied back.
        (mirror?.archive(stays) ?? Effect.void).pipe(
          Effect.zipRight(requireLock(state)),
          Effect.zipRight(run(archive(folder, stays))),
          oneAtATime
        ),
      lost,
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
