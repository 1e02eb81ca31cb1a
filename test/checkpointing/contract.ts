import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import type { CheckpointMeta } from "../../src/checkpointing/Checkpoint.js"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import { content, sample } from "./sample.js"

/** What every implementation of the store must do; `folder` makes a fresh one. */
export const contract = <E>(
  name: string,
  layer: Layer.Layer<CheckpointStore, E>,
  folder: Effect.Effect<string>
) => {
  const opened = Effect.gen(function* () {
    const store = yield* CheckpointStore
    return { store, folder: yield* store.open(yield* folder) }
  })

  describe(`CheckpointStore: ${name}`, () => {
    it.scopedLive("finds nothing where nothing is", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        expect(yield* folder.list).toEqual([])
        expect(yield* folder.latest).toEqual(Option.none())
        expect(yield* folder.best).toEqual(Option.none())
        const file = path.join(folder.path, fileNames.latest)
        expect((yield* Effect.flip(store.load(file))).reason).toBe("NotFound")
        expect((yield* Effect.flip(store.inspect(file))).reason).toBe("NotFound")
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("gives back what was saved", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        const saved = yield* folder.save(sample(3), "latest")
        expect(saved.bytes).toBeGreaterThan(0)
        const expected = yield* content(sample(3))
        expect(yield* content(yield* store.load(saved.path))).toStrictEqual(expected)
        const [candidate] = yield* folder.list
        expect(yield* content(yield* folder.load(candidate!))).toStrictEqual(expected)
        const { tensors, meta } = yield* store.inspect(saved.path)
        expect(meta).toStrictEqual(sample(3).meta)
        expect(tensors.map(({ name }) => name).sort()).toEqual([...sample(3).tensors.keys()].sort())
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("lists the newest first", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(2), "best")
        yield* folder.save(sample(4), "latest")
        const epochs = (yield* folder.list).map(({ health }) =>
          Either.map(health, ({ epoch }) => epoch).pipe(Either.getOrNull)
        )
        expect(epochs[0]).toBe(4)
        expect(epochs.at(-1)).toBe(2)
        expect(yield* store.list(folder.path)).toEqual(yield* folder.list)
        expect(Option.getOrThrow(yield* folder.latest).meta.epoch).toBe(4)
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("keeps the best apart from the latest", () =>
      Effect.gen(function* () {
        const { folder } = yield* opened
        const reached = { metric: "val_loss", mode: "min" as const, value: 0.25, epoch: 2 }
        yield* folder.save(sample(2, 0.25), "best")
        yield* folder.save(sample(2, 0.25), "latest")
        yield* folder.save(sample(3, 0.5, { best: reached, best_val_loss: 0.25 }), "latest")
        yield* folder.save(sample(4, NaN, { best: reached, best_val_loss: 0.25 }), "latest")
        const latest = Option.getOrThrow(yield* folder.latest)
        const best = Option.getOrThrow(yield* folder.best)
        expect([latest.meta.epoch, latest.aliases]).toEqual([4, ["latest"]])
        expect([best.meta.epoch, best.aliases]).toEqual([2, ["best"]])
        expect(latest.checkpoint.meta).toEqual(latest.meta)
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("shows a folder to who only looks", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(2), "best")
        const shelf = store.openReadOnly(folder.path)
        expect(Option.getOrThrow(yield* shelf.best).meta.epoch).toBe(2)
        expect(yield* shelf.list).toEqual(yield* folder.list)
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("verifies a checkpoint, and all in a folder", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        const { path: file } = yield* folder.save(sample(2), "best")
        yield* folder.save(sample(3), "latest")
        expect(yield* store.verify(folder.path)).toStrictEqual(yield* folder.list)
        const [one, ...others] = yield* store.verify(file)
        expect(one).toMatchObject({ path: file, health: Either.right(sample(2).meta) })
        expect(others).toEqual([])
        expect((yield* Effect.flip(store.verify(`${file}.none`))).reason).toBe("NotFound")
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("pins and unpins", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        const { path: file } = yield* folder.save(sample(2), "best")
        const pinned = Effect.map(folder.list, (list) => list.map((one) => one.pinned))
        const own = yield* store.pin(file)
        expect(yield* pinned).toEqual([true])
        expect(yield* store.unpin(own)).toBe(own)
        expect(yield* pinned).toEqual([false])
        expect((yield* Effect.flip(store.pin(`${file}.none`))).reason).toBe("NotFound")
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("moves none aside that is to stay", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        yield* folder.save(sample(1), "best")
        yield* folder.save(sample(2, 1, { run_id: "other" }), "latest")
        const place = yield* folder.archive(
          ({ health }) => Either.getOrThrow(health).run_id === "run"
        )
        const epochs = (
          list: ReadonlyArray<{ readonly health: Either.Either<CheckpointMeta, unknown> }>
        ) => list.map(({ health }) => Either.getOrThrow(health).epoch)
        expect(epochs(yield* folder.list)).toEqual([1])
        expect(epochs(yield* store.list(place))).toEqual([2])
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("moves checkpoints aside, as often as need be", () =>
      Effect.gen(function* () {
        const { store, folder } = yield* opened
        const places = yield* Effect.forEach([1, 2], (epoch) =>
          Effect.gen(function* () {
            yield* folder.save(sample(epoch), "latest")
            yield* folder.save(sample(epoch), "best")
            const place = yield* folder.archive(() => false)
            expect(yield* folder.list).toEqual([])
            return place
          })
        )
        expect(new Set(places).size).toBe(2)
        for (const [index, place] of places.entries()) {
          expect(path.dirname(place)).toBe(path.join(folder.path, "archive"))
          for (const name of Object.values(fileNames)) {
            expect((yield* store.load(path.join(place, name))).meta.epoch).toBe(index + 1)
          }
        }
      }).pipe(Effect.provide(layer))
    )
  })
}
