import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as assert from "node:assert/strict"
import * as CheckpointEntries from "../../checkpointing/CheckpointEntry.js"
import { CheckpointError } from "../../checkpointing/CheckpointError.js"
import * as Retention from "../../checkpointing/Retention.js"
import type { StorageOperations } from "../../checkpointing/Storage.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import { sample } from "../SampleCheckpoint.js"
import type { CaseBody } from "./ContractCase.js"

/** Runs `use` with a store on `storage`, its warnings unheard. */
export const withStore = <A, E, R>(
  storage: StorageOperations,
  use: (store: CheckpointStore["Type"]) => Effect.Effect<A, E, R>
) =>
  Effect.flatMap(CheckpointStore, use).pipe(
    Effect.provide(Layer.merge(CheckpointStore.layer(storage), Logger.remove(Logger.defaultLogger)))
  )

/** A storage of which an operation fails where `fails`, asked once for each, says so. */
export const withFaults = (
  storage: StorageOperations,
  fails: (method: string, id: string) => boolean
): StorageOperations => {
  const fault = (method: string, id: string) =>
    Effect.suspend(() => {
      if (!fails(method, id)) return Effect.void
      const reason = method === "read" ? "Unreadable" : "Unwritable"
      return Effect.fail(new CheckpointError({ reason, path: id, detail: "fault" }))
    })
  return {
    ...storage,
    list: (folder) => Effect.zipRight(fault("read", folder), storage.list(folder)),
    stat: (id) => Effect.zipRight(fault("read", id), storage.stat(id)),
    open: (id, use) =>
      storage.open(id, ({ bytes, read }) =>
        use({
          bytes,
          read: (offset, buffer) => Effect.zipRight(fault("read", id), read(offset, buffer))
        })
      ),
    // Also in the middle: after the first half of each piece.
    put: (id, options, body) =>
      storage.put(id, options, ({ write }) =>
        Effect.zipLeft(
          body({
            write: (offset, bytes) => {
              const half = bytes.subarray(0, bytes.length >> 1)
              return Effect.zipRight(
                Effect.tapError(fault("put", id), () => write(offset, half)),
                write(offset, bytes)
              )
            }
          }),
          fault("put", id)
        )
      ),
    link: (id, name) => Effect.zipRight(fault("link", name), storage.link(id, name)),
    remove: (id) => Effect.zipRight(fault("remove", id), storage.remove(id)),
    sync: (folder) => Effect.zipRight(fault("sync", folder), storage.sync(folder)),
    move: (id, name) => Effect.zipRight(fault("move", id), storage.move(id, name))
  }
}

/** A storage whose operation number `nth`, counted from `start`, fails once. */
const failingAt = (storage: StorageOperations, nth: number) => {
  let count = -1
  let failed: string | undefined
  const targets = new Set<string>()
  const operations = withFaults(storage, (method) => {
    if (count === -1 || count++ !== nth) return false
    failed = method
    return true
  })
  const faulty: StorageOperations = {
    ...operations,
    move: (id, name) => {
      targets.add(storage.split(name).folder)
      return operations.move(id, name)
    }
  }
  return {
    faulty,
    /** The folders that objects were moved to. */
    targets,
    start: Effect.sync(() => void (count = 0)),
    failed: () => failed
  }
}

const best = { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 2 }

export const checkpointOf = (epoch: number) =>
  sample(epoch, epoch === 2 ? 0.1 : 0.5, epoch > 2 ? { best } : {})

/** Saves epochs 1 to 3, of which 2 is the best; the next save removes epoch 1. */
const prepare = (storage: StorageOperations, folder: string) =>
  withStore(storage, (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        const writer = yield* store.open(folder, {
          retention: { ...Retention.defaults, keep_last: 3 }
        })
        yield* writer.save(checkpointOf(1), "latest")
        yield* writer.save(checkpointOf(2), "best")
        yield* writer.save(checkpointOf(3), "latest")
      })
    )
  )

/** The epochs of the intact checkpoints in a folder. */
export const epochsIn = (store: CheckpointStore["Type"], folder: string) =>
  store.verify(folder).pipe(
    Effect.map((entries) => CheckpointEntries.intact(entries).map(({ meta }) => meta.epoch)),
    // Where a folder is only a part of names, an empty one does not exist.
    Effect.catchIf(
      ({ reason }) => reason === "NotFound",
      () => Effect.succeed<Array<number>>([])
    )
  )

export const most = 500

/** What a store keeps while operations of its storage fail. */
export const faultCases: ReadonlyArray<CaseBody> = [
  {
    name: "a save of which any operation fails leaves the old checkpoints, and the next one succeeds",
    body: ({ folder, mirrorOf, storage }) =>
      Effect.gen(function* () {
        const met = new Set<string>()
        for (let nth = 0; ; nth++) {
          assert.ok(nth < most, "a save takes too many operations")
          const place = storage.join(folder, String(nth))
          yield* prepare(storage, place)
          const { failed, faulty, start } = failingAt(storage, nth)
          const saved = yield* withStore(faulty, (store) =>
            Effect.scoped(
              Effect.gen(function* () {
                const writer = yield* store.open(place, { mirror: mirrorOf(place) })
                yield* start
                return yield* Effect.either(writer.save(checkpointOf(4), "latest"))
              })
            )
          )
          yield* withStore(storage, (store) =>
            Effect.gen(function* () {
              const epochs = yield* epochsIn(store, place)
              // Nothing is removed for a checkpoint that is not durable.
              const kept = Either.isRight(saved) ? [2, 3, 4] : [1, 2, 3]
              for (const epoch of kept) {
                assert.ok(epochs.includes(epoch), `${failed()}: epoch ${epoch} is gone`)
              }
              yield* Effect.scoped(
                Effect.flatMap(store.open(place), ({ save }) => save(checkpointOf(5), "latest"))
              )
              assert.ok((yield* epochsIn(store, place)).includes(5))
            })
          )
          const method = failed()
          if (method === undefined) {
            assert.ok(Either.isRight(saved))
            break
          }
          met.add(method)
        }
        for (const method of ["read", "put", "link", "sync", "remove"]) {
          assert.ok(met.has(method), `a save never used ${method}`)
        }
      })
  },
  {
    name: "an archive of which any operation fails loses no checkpoint",
    body: ({ folder, storage }) =>
      Effect.gen(function* () {
        for (let nth = 0; ; nth++) {
          assert.ok(nth < most, "an archive takes too many operations")
          const place = storage.join(folder, String(nth))
          yield* prepare(storage, place)
          const { failed, faulty, start, targets } = failingAt(storage, nth)
          yield* withStore(faulty, (store) =>
            Effect.scoped(
              Effect.gen(function* () {
                const writer = yield* store.open(place)
                yield* start
                yield* Effect.either(writer.archive(() => false))
              })
            )
          )
          const epochs = yield* withStore(storage, (store) =>
            Effect.forEach([place, ...targets], (one) => epochsIn(store, one))
          )
          assert.deepEqual(
            [...new Set(epochs.flat())].sort(),
            [1, 2, 3],
            `${failed()}: a checkpoint is lost`
          )
          if (failed() === undefined) break
        }
      })
  }
]
