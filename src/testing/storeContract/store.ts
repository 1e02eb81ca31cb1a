import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as assert from "node:assert/strict"
import type { Checkpoint, CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import type { CheckpointError } from "../../checkpointing/CheckpointError.js"
import type { StorageOperations } from "../../checkpointing/Storage.js"
import {
  fileNames,
  type CheckpointStoreService
} from "../../checkpointing/store/CheckpointStore.js"
import { content, sample, tensor } from "../SampleCheckpoint.js"
import type { CaseBody, CaseContext } from "./ContractCase.js"
import { withStore } from "./faults.js"
import { bytesOf, putBytes } from "./operations.js"

const reached = { metric: "val_loss", mode: "min" as const, value: 0.25, epoch: 2 }

/** A case with a store on the storage, and its folder open. */
const opened = (
  name: string,
  body: (
    context: CaseContext & {
      readonly store: CheckpointStoreService
      readonly writer: Effect.Effect.Success<ReturnType<CheckpointStoreService["open"]>>
    }
  ) => Effect.Effect<void, unknown>
): CaseBody => ({
  name,
  body: (context) =>
    withStore(context.storage, (store) =>
      Effect.scoped(
        Effect.flatMap(
          store.open(context.folder, { mirror: context.mirrorOf(context.folder) }),
          (writer) => body({ ...context, store, writer })
        )
      )
    )
})

const epochOf = ({ health }: CheckpointEntry): number | string =>
  Either.match(health, { onLeft: ({ reason }) => reason, onRight: ({ epoch }) => epoch })

const epochs = Effect.map((list: ReadonlyArray<CheckpointEntry>) => list.map(epochOf))

const reasonOf = <A>(effect: Effect.Effect<A, CheckpointError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** The warnings that an effect logs, with its result. */
const warningsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => void warnings.push(String(message)))
    return Effect.map(Effect.provide(effect, Logger.add(logger)), (value) => ({
      value,
      warnings: warnings.join("\n")
    }))
  })

/** Changes the bytes of an object, as a failing disk does. */
const damage = (
  storage: StorageOperations,
  id: string,
  change: (bytes: Uint8Array) => Uint8Array
) => Effect.flatMap(bytesOf(storage, id), (bytes) => putBytes(storage, id, change(bytes.slice())))

const flipLast = (bytes: Uint8Array) => {
  bytes[bytes.length - 1]! ^= 1
  return bytes
}

/** What the store promises on every storage. */
export const storeCases: ReadonlyArray<CaseBody> = [
  opened("open: finds nothing in a folder that does not exist", ({ storage, store, writer }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* writer.list, [])
      assert.deepEqual(yield* writer.latest, Option.none())
      assert.deepEqual(yield* writer.best, Option.none())
      const path = storage.join(writer.path, fileNames.latest)
      assert.equal(yield* reasonOf(store.load(path)), "NotFound")
      assert.equal(yield* reasonOf(store.inspect(path)), "NotFound")
      assert.equal(yield* reasonOf(store.verify(path)), "NotFound")
      assert.equal(yield* reasonOf(store.pin(path)), "NotFound")
    })
  ),
  opened("open: refuses a second process", ({ folder, storage, store }) =>
    Effect.gen(function* () {
      assert.equal(yield* reasonOf(Effect.scoped(store.open(folder))), "InUse")
      const other = withStore(storage, ({ open }) => Effect.scoped(open(folder)))
      assert.equal(yield* reasonOf(other), "InUse")
    })
  ),
  opened("save: gives back every bit and every number", ({ folder, store, writer }) =>
    Effect.gen(function* () {
      const saved = yield* writer.save(sample(3), "latest")
      assert.ok(saved.bytes > 0)
      const expected = yield* content(sample(3))
      for (const path of [saved.path, saved.file]) {
        assert.deepEqual(yield* content(yield* store.load(path)), expected)
      }
      const [entry] = yield* writer.list
      assert.deepEqual(yield* content(yield* writer.load(entry!)), expected)
      const { bytes, meta, tensors } = yield* store.inspect(saved.path)
      assert.deepEqual({ bytes, meta }, { bytes: saved.bytes, meta: sample(3).meta })
      assert.deepEqual(tensors.map(({ name }) => name).sort(), [...sample(3).tensors.keys()].sort())
      assert.equal(store.folderOf(saved.path), folder)
      assert.equal(yield* store.holds(folder, saved.file), true)
      assert.equal(yield* store.holds(`${folder}-other`, saved.file), false)
    })
  ),
  opened("list, latest and best: rank by what the checkpoints contain", ({ store, writer }) =>
    Effect.gen(function* () {
      const others = { best: reached, best_val_loss: 0.25 }
      yield* writer.save(sample(2, 0.25), "best")
      yield* writer.save(sample(2, 0.25), "latest")
      assert.deepEqual(
        (yield* writer.list).map(({ aliases }) => [...aliases].sort()),
        [["best", "latest"]]
      )
      yield* writer.save(sample(3, 0.5, others), "latest")
      yield* writer.save(sample(4, NaN, others), "latest")
      assert.deepEqual(yield* epochs(writer.list), [4, 3, 2])
      const latest = Option.getOrThrow(yield* writer.latest)
      const best = Option.getOrThrow(yield* writer.best)
      assert.deepEqual([latest.meta.epoch, latest.aliases], [4, ["latest"]])
      assert.deepEqual([best.meta.epoch, best.aliases], [2, ["best"]])
      assert.deepEqual(latest.checkpoint.meta, latest.meta)
      const scan = yield* writer.scan
      assert.deepEqual(scan.entries, yield* store.list(writer.path))
      assert.equal(Option.getOrThrow(yield* scan.latest).path, latest.path)
      assert.equal(Option.getOrThrow(yield* scan.best).path, best.path)
      const reader = store.openReadOnly(writer.path)
      assert.deepEqual(yield* reader.list, scan.entries)
      assert.equal(Option.getOrThrow(yield* reader.best).meta.epoch, 2)
    })
  ),
  opened("save: keeps what retention says, what is pinned, and what was loaded", (context) =>
    Effect.gen(function* () {
      const { store, writer } = context
      const save = (epoch: number) =>
        writer.save(
          sample(epoch, epoch === 3 ? 0.1 : 0.5, { best: { ...reached, value: 0.1, epoch: 3 } }),
          "latest"
        )
      yield* Effect.forEach([1, 2, 3, 4], save)
      assert.deepEqual(yield* epochs(writer.list), [4, 3])
      yield* store.pin((yield* save(5)).path)
      yield* save(6)
      yield* store.load((yield* save(7)).path)
      yield* Effect.forEach([8, 9, 10], save)
      assert.deepEqual(yield* epochs(writer.list), [10, 9, 7, 5, 3])
    })
  ),
  opened("save: dates the last save after all others, wherever the clock was set", (context) =>
    Effect.gen(function* () {
      const save = (epoch: number, saved_at: string) =>
        context.writer.save(sample(epoch, 1, { saved_at }), "latest")
      yield* save(1, "2026-05-05T00:00:00.000Z")
      yield* save(2, "2026-04-04T00:00:00.000Z")
      const latest = Option.getOrThrow(yield* context.writer.latest)
      assert.deepEqual([latest.meta.epoch, latest.meta.saved_at], [2, "2026-05-05T00:00:00.001Z"])
    })
  ),
  opened("save: completes when it is interrupted, one at a time", ({ store, writer }) =>
    Effect.gen(function* () {
      let busy = 0
      let most = 0
      const slow = (epoch: number): Checkpoint => ({
        meta: sample(epoch).meta,
        tensors: new Map(
          ["a", "b"].map((name) => [
            name,
            {
              ...tensor(epoch, 9),
              bytes: Effect.acquireUseRelease(
                Effect.sync(() => (most = Math.max(most, ++busy))),
                () => Effect.zipRight(Effect.yieldNow(), tensor(epoch, 9).bytes),
                () => Effect.sync(() => busy--)
              )
            }
          ])
        )
      })
      const fibers = yield* Effect.forEach([1, 2], (epoch) =>
        Effect.fork(writer.save(slow(epoch), epoch === 1 ? "best" : "latest"))
      )
      yield* Effect.yieldNow()
      yield* Fiber.interruptAll(fibers)
      assert.equal(most, 1)
      assert.deepEqual(yield* epochs(store.verify(writer.path)), [2, 1])
    })
  ),
  opened("save: fails, and changes nothing, once another process has the lock", (context) =>
    Effect.gen(function* () {
      const { storage, takeLock, writer } = context
      for (const epoch of [1, 2]) yield* writer.save(sample(epoch), "latest")
      const before = yield* bytesOf(storage, storage.join(writer.path, fileNames.latest))
      const entries = yield* writer.list
      yield* takeLock
      assert.equal(yield* reasonOf(writer.save(sample(3), "latest")), "LockLost")
      assert.equal((yield* writer.lost).reason, "LockLost")
      assert.equal(yield* reasonOf(writer.archive(() => false)), "LockLost")
      assert.deepEqual(yield* writer.list, entries)
      assert.deepEqual(yield* bytesOf(storage, storage.join(writer.path, fileNames.latest)), before)
    })
  ),
  {
    name: "open: completes the save of a process that died before the well-known name",
    body: ({ folder, storage }) =>
      withStore(storage, (store) =>
        Effect.gen(function* () {
          const alias = storage.join(folder, fileNames.latest)
          yield* Effect.scoped(
            Effect.gen(function* () {
              const writer = yield* store.open(folder)
              const first = yield* writer.save(sample(1), "latest")
              yield* writer.save(sample(2), "latest")
              yield* storage.link(first.file, alias)
            })
          )
          assert.equal((yield* store.load(alias)).meta.epoch, 1)
          yield* Effect.scoped(store.open(folder))
          assert.equal((yield* store.load(alias)).meta.epoch, 2)
          yield* storage.remove(alias)
          yield* Effect.scoped(store.open(folder))
          assert.equal((yield* store.load(alias)).meta.epoch, 2)
        })
      )
  },
  opened("latest: names and skips damaged checkpoints, and deletes nothing", (context) =>
    Effect.gen(function* () {
      const { storage, store, writer } = context
      const saved = yield* Effect.forEach([1, 2, 3], (epoch) =>
        writer.save(
          sample(epoch, epoch / 10, { best: { ...reached, value: 0.1, epoch: 1 } }),
          epoch === 1 ? "best" : "latest"
        )
      )
      // Under both names: a storage that copies would otherwise find the copy.
      const damageSave = (nth: number, change: (bytes: Uint8Array) => Uint8Array) =>
        damage(storage, saved[nth]!.file, change)
      yield* damageSave(2, flipLast)
      yield* storage.link(saved[2]!.file, saved[2]!.path)
      const found = yield* warningsOf(writer.latest)
      assert.equal(Option.getOrThrow(found.value).meta.epoch, 2)
      assert.ok(found.warnings.includes(saved[2]!.file), found.warnings)
      const health = new Map(
        (yield* store.verify(writer.path)).map((entry) => [entry.path, epochOf(entry)])
      )
      assert.equal(health.get(saved[2]!.file), "Damaged")
      assert.equal(health.get(saved[1]!.file), 2)
      yield* damageSave(1, (bytes) => bytes.slice(0, -1))
      assert.equal(yield* reasonOf(store.load(saved[1]!.file)), "Truncated")
      yield* damageSave(1, () => new Uint8Array(50))
      assert.ok((yield* epochs(writer.list)).includes("NotACheckpoint"))
      const last = yield* warningsOf(writer.latest)
      assert.equal(Option.getOrThrow(last.value).meta.epoch, 1)
      const names = yield* storage.list(writer.path)
      for (const { file } of saved) assert.ok(names.includes(storage.split(file).name))
      assert.equal((yield* writer.save(sample(4), "latest")).bytes > 0, true)
      assert.equal(Option.getOrThrow(yield* writer.latest).meta.epoch, 4)
    })
  ),
  opened("pin and unpin: by any name of the checkpoint", ({ store, writer }) =>
    Effect.gen(function* () {
      const { file, path } = yield* writer.save(sample(2), "best")
      const pinned = Effect.map(writer.list, (list) => list.map((one) => one.pinned))
      assert.equal(yield* store.pin(path), file)
      assert.deepEqual(yield* pinned, [true])
      assert.equal(yield* store.unpin(file), file)
      assert.deepEqual(yield* pinned, [false])
      assert.equal(yield* store.pin(file), file)
      assert.equal(yield* store.unpin(path), file)
      assert.deepEqual(yield* pinned, [false])
    })
  ),
  opened("archive: moves all but those that stay, which get the well-known names", (context) =>
    Effect.gen(function* () {
      const { storage, store, writer } = context
      const other: Partial<CheckpointMeta> = { run_id: "other" }
      yield* writer.save(sample(1, 0.1), "best")
      yield* writer.save(sample(2, 0.5, { best: { ...reached, value: 0.1, epoch: 1 } }), "latest")
      yield* writer.save(sample(3, 0.05, other), "best")
      yield* writer.save(sample(3, 0.05, other), "latest")
      const foreign = storage.join(writer.path, "foreign.safetensors")
      yield* putBytes(storage, foreign, new Uint8Array(100).fill(65))
      const place = yield* writer.archive(
        ({ health }) => Either.isRight(health) && health.right.run_id === "run"
      )
      assert.deepEqual(
        (yield* writer.list).map((entry) => [epochOf(entry), entry.aliases]),
        [
          [2, ["latest"]],
          [1, ["best"]],
          ["NotACheckpoint", []]
        ]
      )
      assert.deepEqual(yield* epochs(store.list(place)), [3])
      for (const name of Object.values(fileNames)) {
        assert.equal((yield* store.load(storage.join(place, name))).meta.epoch, 3)
      }
      yield* writer.save(sample(4, 0.01), "latest")
      const again = yield* writer.archive(() => false)
      assert.notEqual(again, place)
      assert.deepEqual(yield* epochs(writer.list), ["NotACheckpoint"])
    })
  )
]
