import * as assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import { CheckpointStore, fileNames } from "../checkpointing/store/CheckpointStore.js"
import { content, sample } from "./SampleCheckpoint.js"

/** A property that every implementation of `CheckpointStore` has; it fails where one does not. */
export interface ContractCase {
  readonly name: string
  readonly run: Effect.Effect<void, unknown, CheckpointStore | Scope.Scope>
}

/**
 * What every implementation of `CheckpointStore` must do. `folder` gives the name of a fresh folder.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { describe, it } from "node:test"
 * import { MemoryStore } from "holdfast"
 * import { storeContract } from "holdfast/testing"
 *
 * let folders = 0
 * describe("my store", () => {
 *   for (const { name, run } of storeContract(Effect.sync(() => `run-${folders++}`))) {
 *     it(name, () =>
 *       Effect.runPromise(Effect.scoped(run).pipe(Effect.provide(MemoryStore.layer)))
 *     )
 *   }
 * })
 * ```
 */
export const storeContract = <E, R extends CheckpointStore | Scope.Scope = never>(
  folder: Effect.Effect<string, E, R>
): ReadonlyArray<ContractCase> => {
  const opened = Effect.gen(function* () {
    const store = yield* CheckpointStore
    return { store, folder: yield* store.open(yield* folder) }
  })
  return [
    {
      name: "finds nothing where nothing is",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        assert.deepEqual(yield* folder.list, [])
        assert.deepEqual(yield* folder.latest, Option.none())
        assert.deepEqual(yield* folder.best, Option.none())
        const file = path.join(folder.path, fileNames.latest)
        assert.deepEqual((yield* Effect.flip(store.load(file))).reason, "NotFound")
        assert.deepEqual((yield* Effect.flip(store.inspect(file))).reason, "NotFound")
      })
    },
    {
      name: "gives back what was saved",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        const saved = yield* folder.save(sample(3), "latest")
        assert.ok(saved.bytes > 0)
        const expected = yield* content(sample(3))
        assert.deepEqual(yield* content(yield* store.load(saved.path)), expected)
        const [candidate] = yield* folder.list
        assert.deepEqual(yield* content(yield* folder.load(candidate!)), expected)
        const { tensors, meta } = yield* store.inspect(saved.path)
        assert.deepEqual(meta, sample(3).meta)
        assert.deepEqual(
          tensors.map(({ name }) => name).sort(),
          [...sample(3).tensors.keys()].sort()
        )
      })
    },
    {
      name: "lists the newest first",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(2), "best")
        yield* folder.save(sample(4), "latest")
        const epochs = (yield* folder.list).map(({ health }) =>
          Either.map(health, ({ epoch }) => epoch).pipe(Either.getOrNull)
        )
        assert.deepEqual(epochs[0], 4)
        assert.deepEqual(epochs.at(-1), 2)
        assert.deepEqual(yield* store.list(folder.path), yield* folder.list)
        assert.deepEqual(Option.getOrThrow(yield* folder.latest).meta.epoch, 4)
      })
    },
    {
      name: "keeps the best apart from the latest",
      run: Effect.gen(function* () {
        const { folder } = yield* opened
        const reached = { metric: "val_loss", mode: "min" as const, value: 0.25, epoch: 2 }
        yield* folder.save(sample(2, 0.25), "best")
        yield* folder.save(sample(2, 0.25), "latest")
        yield* folder.save(sample(3, 0.5, { best: reached, best_val_loss: 0.25 }), "latest")
        yield* folder.save(sample(4, NaN, { best: reached, best_val_loss: 0.25 }), "latest")
        const latest = Option.getOrThrow(yield* folder.latest)
        const best = Option.getOrThrow(yield* folder.best)
        assert.deepEqual([latest.meta.epoch, latest.aliases], [4, ["latest"]])
        assert.deepEqual([best.meta.epoch, best.aliases], [2, ["best"]])
        assert.deepEqual(latest.checkpoint.meta, latest.meta)
      })
    },
    {
      name: "shows a folder to who only looks",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(2), "best")
        const shelf = store.openReadOnly(folder.path)
        assert.deepEqual(Option.getOrThrow(yield* shelf.best).meta.epoch, 2)
        assert.deepEqual(yield* shelf.list, yield* folder.list)
      })
    },
    {
      name: "verifies a checkpoint, and all in a folder",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        const { path: file } = yield* folder.save(sample(2), "best")
        yield* folder.save(sample(3), "latest")
        assert.deepEqual(yield* store.verify(folder.path), yield* folder.list)
        const [one, ...others] = yield* store.verify(file)
        assert.deepEqual([one?.path, one?.health], [file, Either.right(sample(2).meta)])
        assert.deepEqual(others, [])
        assert.deepEqual((yield* Effect.flip(store.verify(`${file}.none`))).reason, "NotFound")
      })
    },
    {
      name: "pins and unpins",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        const { path: file } = yield* folder.save(sample(2), "best")
        const pinned = Effect.map(folder.list, (list) => list.map((one) => one.pinned))
        const own = yield* store.pin(file)
        assert.deepEqual(yield* pinned, [true])
        assert.deepEqual(yield* store.unpin(own), own)
        assert.deepEqual(yield* pinned, [false])
        assert.deepEqual((yield* Effect.flip(store.pin(`${file}.none`))).reason, "NotFound")
      })
    },
    {
      name: "moves none aside that is to stay",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(1), "best")
        yield* folder.save(sample(2, 1, { run_id: "other" }), "latest")
        const place = yield* folder.archive(
          ({ health }) => Either.getOrThrow(health).run_id === "run"
        )
        const epochs = (
          list: ReadonlyArray<{ readonly health: Either.Either<CheckpointMeta, unknown> }>
        ) => list.map(({ health }) => Either.getOrThrow(health).epoch)
        assert.deepEqual(epochs(yield* folder.list), [1])
        assert.deepEqual(epochs(yield* store.list(place)), [2])
      })
    },
    {
      name: "moves checkpoints aside, as often as need be",
      run: Effect.gen(function* () {
        const { store, folder } = yield* opened
        const places = yield* Effect.forEach([1, 2], (epoch) =>
          Effect.gen(function* () {
            yield* folder.save(sample(epoch), "latest")
            yield* folder.save(sample(epoch), "best")
            const place = yield* folder.archive(() => false)
            assert.deepEqual(yield* folder.list, [])
            return place
          })
        )
        assert.deepEqual(new Set(places).size, 2)
        for (const [index, place] of places.entries()) {
          assert.deepEqual(path.dirname(place), path.join(folder.path, "archive"))
          for (const name of Object.values(fileNames)) {
            assert.deepEqual((yield* store.load(path.join(place, name))).meta.epoch, index + 1)
          }
        }
      })
    }
  ]
}
