import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as assert from "node:assert/strict"
import { CheckpointError } from "../../checkpointing/CheckpointError.js"
import type { StorageOperations } from "../../checkpointing/Storage.js"
import type { CaseBody, CaseContext } from "./ContractCase.js"

/** Stores an object, with its name durable. */
export const putBytes = (storage: StorageOperations, id: string, bytes: Uint8Array) =>
  Effect.zipRight(
    storage.put(id, { bytes: bytes.length }, ({ write }) => write(0, bytes)),
    storage.sync(storage.split(id).folder)
  )

/** All bytes of an object. */
export const bytesOf = (storage: StorageOperations, id: string) =>
  storage.open(id, ({ bytes, read }) => {
    const buffer = new Uint8Array(bytes)
    return Effect.map(read(0, buffer), (length) => buffer.subarray(0, length))
  })

const textOf = (storage: StorageOperations, id: string) =>
  Effect.map(bytesOf(storage, id), (bytes) => new TextDecoder().decode(bytes))

const text = (value: string) => new TextEncoder().encode(value)

const reasonOf = <A>(effect: Effect.Effect<A, CheckpointError>) =>
  Effect.map(Effect.either(effect), (result) =>
    Either.isLeft(result) ? result.left.reason : "success"
  )

/** Locks the folder, as a run does before it writes, and gives ids in it. */
const locked = ({ folder, storage }: CaseContext) =>
  Effect.map(storage.lock(folder, { force: false }), (lock) => ({
    lock,
    at: (name: string) => storage.join(folder, name)
  }))

const stop = new CheckpointError({ reason: "Unwritable", path: "here", detail: "stop" })

/** What each operation of a storage promises. */
export const operationCases: ReadonlyArray<CaseBody> = [
  {
    name: "put: shows an object when all of it is written, in pieces of any order",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, storage } = context
        const { at } = yield* locked(context)
        const expected = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 7) % 251)
        yield* storage.put(at("a.safetensors"), { bytes: expected.length }, ({ write }) =>
          Effect.gen(function* () {
            const piece = expected.slice(1_000_000)
            yield* write(1_000_000, piece)
            piece.fill(0)
            assert.ok(!(yield* storage.list(folder)).includes("a.safetensors"))
            yield* write(0, expected.subarray(0, 1_000_000))
          })
        )
        assert.equal(
          Buffer.compare(yield* bytesOf(storage, at("a.safetensors")), expected),
          0,
          "the content differs"
        )
        assert.equal((yield* storage.stat(at("a.safetensors"))).bytes, expected.length)
      })
  },
  {
    name: "put: keeps the old content when writing fails, is interrupted or is refused at the end",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, storage } = context
        const { at } = yield* locked(context)
        yield* putBytes(storage, at("a"), text("old"))
        const before = yield* storage.list(folder)
        const half = (id: string) =>
          storage.put(id, { bytes: 100 }, ({ write }) =>
            Effect.zipRight(write(0, text("new")), Effect.fail(stop))
          )
        assert.equal(yield* reasonOf(half(at("a"))), "Unwritable")
        assert.equal(yield* reasonOf(half(at("b"))), "Unwritable")
        const hanging = yield* Effect.fork(
          storage.put(at("a"), { bytes: 3 }, ({ write }) =>
            Effect.zipRight(write(0, text("new")), Effect.never)
          )
        )
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(hanging)
        const refused = storage.put(at("a"), { bytes: 3, ready: Effect.fail(stop) }, ({ write }) =>
          write(0, text("new"))
        )
        assert.equal(yield* reasonOf(refused), "Unwritable")
        assert.equal(yield* textOf(storage, at("a")), "old")
        assert.deepEqual([...(yield* storage.list(folder))].sort(), [...before].sort())
      })
  },
  {
    name: "open and stat: give ranges, fewer bytes at the end, and NotFound",
    body: (context) =>
      Effect.gen(function* () {
        const { storage } = context
        const { at } = yield* locked(context)
        yield* putBytes(storage, at("a"), text("0123456789"))
        const ranges = yield* storage.open(at("a"), ({ bytes, read }) =>
          Effect.forEach([0, 4, 8, 10], (offset) => {
            const buffer = new Uint8Array(4)
            return Effect.map(
              read(offset, buffer),
              (length) => `${bytes} ${new TextDecoder().decode(buffer.subarray(0, length))}`
            )
          })
        )
        assert.deepEqual(ranges, ["10 0123", "10 4567", "10 89", "10 "])
        const { kind, modified } = yield* storage.stat(at("a"))
        assert.equal(kind, "object")
        assert.ok(!Number.isNaN(modified.getTime()))
        assert.equal(yield* reasonOf(storage.stat(at("none"))), "NotFound")
        assert.equal(yield* reasonOf(bytesOf(storage, at("none"))), "NotFound")
      })
  },
  {
    name: "link: gives an object another name, which keeps it when the first is replaced or removed",
    body: (context) =>
      Effect.gen(function* () {
        const { storage } = context
        const { at } = yield* locked(context)
        yield* putBytes(storage, at("a"), text("one"))
        yield* putBytes(storage, at("alias"), text("before"))
        yield* storage.link(at("a"), at("alias"))
        assert.equal(yield* textOf(storage, at("alias")), "one")
        const [a, alias] = yield* Effect.all([storage.stat(at("a")), storage.stat(at("alias"))])
        // A storage that copies may count both as objects of their own.
        if (a.identity !== null && alias.identity !== null) {
          yield* putBytes(storage, at("b"), text("two"))
          assert.notEqual((yield* storage.stat(at("b"))).identity, a.identity)
        }
        yield* storage.remove(at("a"))
        assert.equal(yield* textOf(storage, at("alias")), "one")
        assert.notEqual(yield* reasonOf(storage.link(at("none"), at("alias"))), "success")
        assert.equal(yield* textOf(storage, at("alias")), "one")
      })
  },
  {
    name: "move, remove and list: an object has one name, in one folder",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, storage } = context
        assert.deepEqual(yield* storage.list(storage.join(folder, "none")), [])
        const { at } = yield* locked(context)
        yield* putBytes(storage, at("a"), text("one"))
        const target = storage.join(storage.join(folder, "archive"), "deep")
        yield* storage.move(at("a"), storage.join(target, "a"))
        yield* storage.sync(target)
        assert.ok(!(yield* storage.list(folder)).includes("a"))
        assert.deepEqual(yield* storage.list(target), ["a"])
        assert.equal(yield* textOf(storage, storage.join(target, "a")), "one")
        assert.equal((yield* storage.stat(target)).kind, "folder")
        yield* storage.remove(storage.join(target, "a"))
        yield* storage.remove(storage.join(target, "a"))
        assert.deepEqual(yield* storage.list(target), [])
        assert.deepEqual(storage.split(at("x")), { folder, name: "x" })
      })
  },
  {
    name: "readPrefixes: gives beginnings in order, and notices changes despite its cache",
    body: (context) =>
      Effect.gen(function* () {
        const { storage } = context
        const { at } = yield* locked(context)
        const cache = new Map<string, { readonly state: string; readonly result: string }>()
        const ids = [at("a"), at("none"), at("b")]
        const read = storage.readPrefixes(
          ids,
          3,
          (_, prefix) =>
            Option.match(prefix, {
              onNone: () => "none",
              onSome: ({ bytes, start }) => `${bytes} ${new TextDecoder().decode(start)}`
            }),
          cache
        )
        yield* putBytes(storage, at("a"), text("alpha"))
        yield* putBytes(storage, at("b"), text("be"))
        assert.deepEqual(yield* read, ["5 alp", "none", "2 be"])
        assert.deepEqual(yield* read, ["5 alp", "none", "2 be"])
        yield* putBytes(storage, at("a"), text("ALPHA"))
        yield* storage.remove(at("b"))
        assert.deepEqual(yield* read, ["5 ALP", "none", "none"])
      })
  },
  {
    name: "lock: refuses a second process until the first has released it",
    body: (context) =>
      Effect.gen(function* () {
        const { folder, storage } = context
        const first = yield* Effect.scoped(
          Effect.gen(function* () {
            const { check } = yield* storage.lock(folder, { force: false })
            for (const force of [false, true]) {
              const second = Effect.scoped(storage.lock(folder, { force }))
              assert.equal(yield* reasonOf(second), "InUse")
            }
            yield* check
            return yield* reasonOf(check)
          })
        )
        assert.equal(first, "success")
        const { check } = yield* storage.lock(folder, { force: false })
        yield* check
      })
  },
  {
    name: "lock: is reported as lost once another process has taken it",
    body: (context) =>
      Effect.gen(function* () {
        const { at, lock } = yield* locked(context)
        yield* putBytes(context.storage, at("a"), text("one"))
        yield* context.takeLock
        assert.equal(yield* reasonOf(lock.check), "LockLost")
        assert.equal((yield* lock.lost).reason, "LockLost")
        assert.equal(yield* reasonOf(lock.check), "LockLost")
      })
  }
]
