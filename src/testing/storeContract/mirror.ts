import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as assert from "node:assert/strict"
import type { CheckpointError } from "../../checkpointing/CheckpointError.js"
import type { StorageOperations } from "../../checkpointing/Storage.js"
import { type CheckpointStore, fileNames } from "../../checkpointing/store/CheckpointStore.js"
import type {
  CheckpointWriter,
  OpenOptions
} from "../../checkpointing/store/CheckpointStoreService.js"
import { content } from "../SampleCheckpoint.js"
import type { CaseBody, CaseContext } from "./ContractCase.js"
import { checkpointOf, epochsIn, most, withFaults, withStore } from "./faults.js"
import { bytesOf, putBytes } from "./operations.js"

/** Opens a folder with its mirror as one process does, uses it, and closes it: then all is copied. */
const session = <A, E>(
  { mirrorOf }: CaseContext,
  storage: StorageOperations,
  folder: string,
  use: (writer: CheckpointWriter, store: CheckpointStore["Type"]) => Effect.Effect<A, E>,
  options: OpenOptions & { readonly mirrored?: string; readonly patience?: number } = {}
) =>
  withStore(storage, (store) =>
    Effect.scoped(
      Effect.flatMap(
        store.open(folder, {
          ...options,
          mirror: {
            ...mirrorOf(options.mirrored ?? folder)!,
            ...(options.patience !== undefined && { patience: options.patience })
          }
        }),
        (writer) => use(writer, store)
      )
    )
  )

const saves =
  (...epochs: ReadonlyArray<number>) =>
  (writer: CheckpointWriter) =>
    Effect.forEach(epochs, (epoch) =>
      writer.save(checkpointOf(epoch), epoch === 2 ? "best" : "latest")
    )

/** The epochs of the latest and the best that a folder gives. */
const found = (storage: StorageOperations, folder: string) =>
  withStore(storage, (store) =>
    Effect.gen(function* () {
      const reader = store.openReadOnly(folder)
      const epochOf = Option.map(
        ({ meta }: { readonly meta: { readonly epoch: number } }) => meta.epoch
      )
      return {
        latest: Option.getOrNull(epochOf(yield* reader.latest)),
        best: Option.getOrNull(epochOf(yield* reader.best))
      }
    })
  )

const epochsOf = (storage: StorageOperations, folder: string) =>
  Effect.map(
    withStore(storage, (store) => epochsIn(store, folder)),
    (epochs) => [...epochs].toSorted()
  )

/** Changes the last byte of a checkpoint under all its names. */
const damage = (storage: StorageOperations, folder: string, epoch: number) =>
  withStore(storage, (store) =>
    Effect.gen(function* () {
      const names = (yield* storage.list(folder)).filter((name) => name.endsWith(".safetensors"))
      for (const name of names) {
        const id = storage.join(folder, name)
        if ((yield* store.inspect(id)).meta.epoch !== epoch) continue
        const bytes = (yield* bytesOf(storage, id)).slice()
        bytes[bytes.length - 1]! ^= 1
        yield* putBytes(storage, id, bytes)
      }
    })
  )

/** A storage of which everything in `folder` fails from the operation `nth` on, until it is back. */
const failingIn = (storage: StorageOperations, folder: string, nth: number, times = Infinity) => {
  let count = 0
  let isCounting = false
  const operations = withFaults(storage, (_, id) => {
    const isThere = id === folder || storage.split(id).folder === folder
    return isCounting && isThere && count++ >= nth && count <= nth + times
  })
  return {
    operations,
    start: Effect.sync(() => void (isCounting = true)),
    hasFailed: () => count > nth
  }
}

const reasonOf = <A>(effect: Effect.Effect<A, CheckpointError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** What a store with a mirror promises. */
export const mirrorCases: ReadonlyArray<CaseBody> = [
  {
    name: "mirror: has the kept checkpoints of a folder, bit for bit, under the well-known names",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage } = context
        yield* session(context, storage, folder, saves(1, 2, 3, 4, 5))
        const mirror = mirrorOf(folder)!.folder
        assert.deepEqual(yield* epochsOf(storage, mirror), [2, 4, 5])
        for (const name of Object.values(fileNames)) {
          assert.deepEqual(
            yield* bytesOf(storage, storage.join(mirror, name)),
            yield* bytesOf(storage, storage.join(folder, name))
          )
        }
      })
  },
  {
    name: "mirror: gives the newest and the best to an empty folder, and to an older one",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, storage } = context
        yield* session(context, storage, folder, saves(1, 2, 3))
        const other = `${folder}-other`
        const again = <A, E>(at: string, use: (writer: CheckpointWriter) => Effect.Effect<A, E>) =>
          session(context, storage, at, use, { mirrored: folder })
        const latest = yield* again(other, (writer) => writer.latest)
        assert.deepEqual(
          yield* content(Option.getOrThrow(latest).checkpoint),
          yield* content(checkpointOf(3))
        )
        assert.deepEqual(yield* found(storage, other), { latest: 3, best: 2 })
        yield* again(other, saves(4, 5))
        yield* again(folder, saves())
        assert.deepEqual(yield* found(storage, folder), { latest: 5, best: 2 })
      })
  },
  {
    name: "mirror: replaces what is damaged in the folder, and is replaced where it is damaged itself",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage } = context
        const mirror = mirrorOf(folder)!.folder
        yield* session(context, storage, folder, saves(1, 2, 3))
        yield* damage(storage, folder, 3)
        yield* session(context, storage, folder, saves())
        assert.deepEqual(yield* found(storage, folder), { latest: 3, best: 2 })
        const other = `${folder}-other`
        yield* damage(storage, mirror, 3)
        yield* session(context, storage, other, saves(), { mirrored: folder })
        assert.equal((yield* found(storage, other)).best, 2)
        assert.ok([1, 2].includes((yield* found(storage, other)).latest!))
        // A reader of both takes whichever is intact.
        yield* damage(storage, folder, 2)
        const best = yield* withStore(storage, (store) => store.openReadOnly(folder, mirror).best)
        assert.equal(Option.getOrThrow(best).meta.epoch, 2)
      })
  },
  {
    name: "mirror: belongs to one process, whatever folder another has",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage } = context
        const other = (at: string, mirrored = folder) =>
          reasonOf(session(context, storage, at, () => Effect.void, { mirrored }))
        yield* session(context, storage, folder, () =>
          Effect.gen(function* () {
            assert.equal(yield* other(`${folder}-other`), "InUse")
            const direct = withStore(storage, (store) =>
              Effect.scoped(store.open(mirrorOf(folder)!.folder))
            )
            assert.equal(yield* reasonOf(Effect.asVoid(direct)), "InUse")
          })
        )
        yield* session(context, storage, `${folder}-other`, saves(1), { mirrored: folder })
        const own = withStore(storage, (store) =>
          Effect.scoped(store.open(folder, { mirror: { folder } }))
        )
        assert.equal(yield* reasonOf(Effect.asVoid(own)), "Unwritable")
      })
  },
  {
    name: "mirror: loses its lock together with the folder, and nothing is copied any more",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage, takeMirrorLock } = context
        const mirror = mirrorOf(folder)!.folder
        yield* session(
          context,
          storage,
          folder,
          (writer) =>
            Effect.gen(function* () {
              yield* writer.save(checkpointOf(1), "latest")
              yield* Effect.repeat(epochsOf(storage, mirror), {
                until: (epochs) => epochs.length === 1
              })
              yield* takeMirrorLock
              yield* writer.save(checkpointOf(3), "latest")
              assert.equal((yield* writer.lost).reason, "LockLost")
            }),
          { patience: 5 }
        )
        assert.deepEqual(yield* epochsOf(storage, mirror), [1])
      })
  },
  {
    name: "mirror: catches up, the newest first, when it was unavailable",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage } = context
        const mirror = mirrorOf(folder)!.folder
        const { operations, start } = failingIn(storage, mirror, 0)
        yield* session(
          context,
          operations,
          folder,
          (writer) => Effect.zipRight(start, saves(1, 2, 3, 4, 5)(writer)),
          { patience: 0 }
        )
        assert.deepEqual(yield* epochsOf(storage, mirror), [])
        // The next process uploads what this one could not, and nothing that has been replaced since.
        const order: Array<string> = []
        const watched: StorageOperations = {
          ...storage,
          put: (id, options, body) => {
            if (storage.split(id).folder === mirror) order.push(storage.split(id).name.slice(0, 10))
            return storage.put(id, options, body)
          }
        }
        yield* session(context, watched, folder, saves())
        assert.deepEqual(
          order.filter((name) => name.startsWith("epoch-")),
          ["epoch-0005", "epoch-0004", "epoch-0002"]
        )
        assert.deepEqual(yield* found(storage, mirror), { latest: 5, best: 2 })
      })
  },
  {
    name: "mirror: archives what the folder archives, and has pinned what is pinned there",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, mirrorOf, storage } = context
        const mirror = mirrorOf(folder)!.folder
        yield* session(context, storage, folder, (writer, store) =>
          Effect.gen(function* () {
            yield* store.pin((yield* writer.save(checkpointOf(1), "latest")).file)
            yield* saves(2, 3, 4)(writer)
            yield* writer.archive(
              ({ health }) => Either.isRight(health) && health.right.epoch !== 4
            )
            yield* saves(5, 6, 7)(writer)
          })
        )
        assert.deepEqual(yield* epochsOf(storage, mirror), [1, 2, 6, 7])
        const pins = yield* withStore(storage, (store) => store.list(mirror))
        assert.deepEqual(
          pins.map(({ pinned }) => pinned),
          [false, false, false, true]
        )
        // A machine without the folder resumes the run that went back.
        yield* session(context, storage, folder, (writer) => writer.archive(() => false))
        assert.deepEqual(yield* epochsOf(storage, mirror), [])
      })
  },
  {
    name: "mirror: of an upload of which any operation fails has the old checkpoints, and then the new",
    body: (context) => eachFault(context, 1)
  },
  {
    name: "mirror: of a process that dies in any operation of an upload has the old checkpoints or the new",
    body: (context) => eachFault(context, Infinity)
  }
]

/** An upload of which the operations from each one on fail so often, and then the next process. */
const eachFault = (context: CaseContext, times: number) =>
  Effect.gen(function* () {
    const { folder, mirrorOf, storage } = context
    for (let nth = 0; ; nth++) {
      assert.ok(nth < most, "an upload takes too many operations")
      const place = storage.join(folder, String(nth))
      const mirror = mirrorOf(place)!.folder
      yield* session(context, storage, place, saves(1, 2))
      // On its own: of a copy that is still running, the mirror could keep 1, which leaves the folder meanwhile.
      yield* session(context, storage, place, saves(3))
      const { hasFailed, operations, start } = failingIn(storage, mirror, nth, times)
      const isUploaded = Effect.map(found(storage, mirror), ({ latest }) => latest === 4)
      yield* session(
        context,
        operations,
        place,
        (writer) =>
          start.pipe(
            Effect.zipRight(writer.save(checkpointOf(4), "latest")),
            Effect.zipRight(
              Effect.repeat(Effect.delay(isUploaded, 5), {
                until: (isUploaded) => isUploaded || hasFailed()
              })
            )
          ),
        times === 1 ? {} : { patience: 0.05 }
      )
      const epochs = yield* epochsOf(storage, mirror)
      if (times === 1) assert.deepEqual(epochs, [2, 3, 4], `after operation ${nth}`)
      for (const epoch of [2, 3]) assert.ok(epochs.includes(epoch), `${nth}: ${epoch} is gone`)
      const { best, latest } = yield* found(storage, mirror)
      assert.ok(latest === 3 || latest === 4)
      assert.equal(best, 2)
      yield* session(context, storage, place, saves())
      assert.deepEqual(yield* epochsOf(storage, mirror), [2, 3, 4])
      const alias = storage.join(mirror, fileNames.latest)
      const epoch = yield* withStore(storage, ({ load }) => load(alias))
      assert.equal(epoch.meta.epoch, 4)
      if (!hasFailed()) return
    }
  })
