import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { Checkpoint } from "../../src/checkpointing/Checkpoint.js"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import { DiskSpace } from "../../src/io/DiskSpace.js"
import * as Safetensors from "../support/safetensors.js"
import { warningsOf } from "../support/warnings.js"
import { contract } from "./contract.js"
import { damage } from "./damage.js"
import { sample, tensor } from "./sample.js"

const root = mkdtempSync(path.join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
const fresh = Effect.sync(() => path.join(root, "deep", String(folders++)))
const layer = Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)

/** The file system, but `method` fails with `code`, for `file` if one is given. */
const failing = (method: "open" | "link", file: string | undefined, code: string) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs) => ({
      ...fs,
      [method]: (path: string, ...rest: ReadonlyArray<never>) =>
        file === undefined || path === file
          ? Effect.fail(
              new SystemError({
                module: "FileSystem",
                method,
                reason: "Unknown",
                pathOrDescriptor: path,
                cause: { code }
              })
            )
          : (fs[method] as (...args: ReadonlyArray<unknown>) => unknown)(path, ...rest)
    }))
  ).pipe(Layer.provide(NodeFileSystem.layer))

/** What another process leaves that has taken the lock of a folder. */
const takeLock = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lock = path.join(folder, ".lock")
    yield* fs.remove(lock, { recursive: true })
    yield* fs.makeDirectory(lock)
    yield* fs.writeFileString(path.join(lock, "owner-other.0.json"), "{}")
  }).pipe(Effect.provide(NodeFileSystem.layer))

contract("files", {
  make: Effect.provide(FileStorage.make, NodeFileSystem.layer),
  folder: fresh,
  takeLock: (_, folder) => takeLock(folder)
})

const opened = Effect.gen(function* () {
  const store = yield* CheckpointStore
  return {
    store,
    fs: yield* FileSystem.FileSystem,
    folder: yield* store.open(yield* fresh)
  }
})

/** What a person sees in a folder. */
const visible = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return (yield* fs.readDirectory(folder)).filter((name) => !name.startsWith(".")).sort()
  })

describe("CheckpointStore.file", () => {
  it.live("leaves no folder where nothing was saved", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder } = yield* Effect.scoped(opened)
      expect(yield* fs.exists(folder.path)).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("gives each checkpoint a file of its own, and the well-known names to two", () =>
    Effect.gen(function* () {
      const { store, fs, folder } = yield* opened
      const first = yield* folder.save(sample(1, 0.1), "best")
      const mid = { stage: null, example: 24, sums: {}, metrics: {}, seconds: 1 }
      const best = first.path
      const meta = sample(1, 0.1).meta
      yield* folder.save(sample(1, 0.1, { step: 3, global_step: 10, position: mid }), "latest")
      expect(yield* visible(folder.path)).toEqual([
        fileNames.best,
        "epoch-0001-step-000000.safetensors",
        "epoch-0001-step-000003.safetensors",
        fileNames.latest
      ])
      expect((yield* folder.list).map(({ name, aliases }) => [name, aliases])).toEqual([
        ["epoch-0001-step-000003.safetensors", ["latest"]],
        ["epoch-0001-step-000000.safetensors", ["best"]]
      ])
      const inode = (file: string) => Effect.map(fs.stat(file), ({ ino }) => ino)
      expect(yield* inode(first.file)).toEqual(yield* inode(best))
      expect((yield* store.load(best)).meta).toEqual(meta)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("knows its folder by whatever path it is named", () =>
    Effect.gen(function* () {
      const { folder, fs, store } = yield* opened
      const { path: file } = yield* folder.save(sample(1), "latest")
      const [link, single, other] = [yield* fresh, yield* fresh, yield* fresh]
      yield* fs.symlink(folder.path, link)
      yield* fs.symlink(file, single)
      yield* fs.copy(folder.path, other)
      for (const [where, named] of [
        [folder.path, file],
        [link, file],
        [folder.path, `${link}/${fileNames.latest}`],
        [folder.path, path.relative("", file)],
        [folder.path, single]
      ] as const) {
        expect(yield* store.holds(where, named)).toBe(true)
      }
      expect(yield* store.holds(other, file)).toBe(false)
      expect(yield* store.holds(yield* fresh, file)).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("does not write a place twice, nor over another checkpoint", () =>
    Effect.gen(function* () {
      const { folder } = yield* opened
      const at = (seconds: number, changes = {}) =>
        sample(2, 0.5, { saved_at: new Date(seconds * 1000).toISOString(), ...changes })
      const best = yield* folder.save(at(1), "best")
      const latest = yield* folder.save(at(2), "latest")
      expect(latest.file).toBe(best.file)
      expect(yield* visible(folder.path)).toHaveLength(3)
      const other = yield* folder.save(at(3, { config: { training: {} } }), "latest")
      expect(path.basename(other.file)).toBe("epoch-0002-step-000000-2.safetensors")
      expect((yield* folder.list).map(({ name, aliases }) => [name, aliases])).toEqual([
        ["epoch-0002-step-000000-2.safetensors", ["latest"]],
        ["epoch-0002-step-000000.safetensors", ["best"]]
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("keeps what retention says, what is pinned, and what it came from", () =>
    Effect.gen(function* () {
      const { store, folder } = yield* opened
      const epochs = Effect.map(folder.list, (list) =>
        list.map(({ health }) => Either.getOrThrow(health).epoch)
      )
      const save = (epoch: number, valLoss: number) =>
        folder.save(sample(epoch, valLoss, { best: lowest }), "latest")
      const lowest = { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 3 }
      yield* Effect.forEach([1, 2, 3, 4], (epoch) => save(epoch, epoch === 3 ? 0.1 : 0.5))
      expect(yield* epochs).toEqual([4, 3])
      yield* store.pin((yield* save(5, 0.5)).path)
      yield* save(6, 0.5)
      yield* store.load((yield* save(7, 0.5)).path)
      yield* Effect.forEach([8, 9, 10], (epoch) => save(epoch, 0.5))
      expect(yield* epochs).toEqual([10, 9, 7, 5, 3])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("keeps what is pinned while it saves", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const { file } = yield* folder.save(sample(1), "latest")
      yield* folder.save(sample(2), "latest")
      // The third takes the place of the first, which is pinned as its tensor is asked for.
      const pinning = Effect.orDie(fs.writeFileString(`${file}.pin`, ""))
      const { bytes, ...rest } = tensor(1, 1)
      const third: Checkpoint = {
        meta: sample(3).meta,
        tensors: new Map([["w", { ...rest, bytes: Effect.zipRight(pinning, bytes) }]])
      }
      yield* folder.save(third, "latest")
      expect(yield* fs.exists(file)).toBe(true)
      yield* fs.remove(`${file}.pin`)
      yield* folder.save(sample(4), "latest")
      expect(yield* fs.exists(file)).toBe(false)
    }).pipe(Effect.provide(layer))
  )

  it.live("takes what was saved last for the newest, wherever the clock was set", () =>
    Effect.gen(function* () {
      const place = yield* fresh
      const store = yield* CheckpointStore
      const save = (epoch: number, saved_at: string) =>
        Effect.scoped(
          Effect.gen(function* () {
            const folder = yield* store.open(place)
            yield* folder.save(sample(epoch, 1, { saved_at }), "latest")
            yield* folder.save(sample(epoch + 1, 1, { saved_at }), "latest")
            const latest = Option.getOrThrow(yield* folder.latest)
            return [latest.meta.epoch, latest.meta.saved_at]
          })
        )
      expect(yield* save(1, "2026-05-05T00:00:00.000Z")).toEqual([2, "2026-05-05T00:00:00.001Z"])
      expect(yield* save(3, "2026-04-04T00:00:00.000Z")).toEqual([4, "2026-05-05T00:00:00.003Z"])
      expect(yield* save(5, "2026-06-06T00:00:00.000Z")).toEqual([6, "2026-06-06T00:00:00.001Z"])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("names and skips what is damaged, and deletes nothing", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const best = yield* folder.save(sample(2), "best")
      const latest = yield* folder.save(sample(4), "latest")
      yield* damage(latest.path)
      const { value, warnings } = yield* warningsOf(folder.latest)
      expect(Option.getOrThrow(value).path).toBe(best.file)
      expect(warnings).toContain(latest.file)
      yield* fs.truncate(latest.path, 1000)
      const again = yield* warningsOf(folder.latest)
      expect(Option.getOrThrow(again.value).path).toBe(best.file)
      expect(again.warnings).toContain(`${latest.file} is truncated`)
      const list = yield* folder.list
      expect(list.map(({ aliases }) => aliases)).toEqual([["best"], ["latest"]])
      expect(list.map(({ health }) => Either.isRight(health))).toEqual([true, false])
      yield* damage(best.path)
      expect((yield* warningsOf(folder.latest)).value).toEqual(Option.none())
      expect(yield* visible(folder.path)).toHaveLength(4)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("does not take what it cannot read for nothing", () =>
    Effect.gen(function* () {
      const { folder } = yield* opened
      const { file } = yield* folder.save(sample(1), "latest")
      yield* folder.save(sample(2), "latest")
      const reader = Effect.map(CheckpointStore, (store) => store.openReadOnly(folder.path))
      const closed = Layer.provide(CheckpointStore.file, failing("open", file, "EACCES"))
      const error = yield* reader.pipe(
        Effect.flatMap(({ latest }) => Effect.flip(latest)),
        Effect.provide(closed)
      )
      expect(error).toMatchObject({ reason: "Unreadable", path: file })
      expect(error.message).toContain("permission denied (EACCES)")
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("verifies tensors as well as headers", () =>
    Effect.gen(function* () {
      const { store, folder } = yield* opened
      const { file } = yield* folder.save(sample(1), "latest")
      yield* folder.save(sample(2), "latest")
      yield* damage(file)
      const health = (yield* store.verify(folder.path)).map(({ path, health }) => [
        path === file,
        Either.match(health, { onLeft: ({ reason }) => reason, onRight: () => "intact" })
      ])
      expect(health).toEqual([
        [false, "intact"],
        [true, "Damaged"]
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("moves damaged checkpoints aside too, and leaves other people's files", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const latest = yield* folder.save(sample(4), "latest")
      yield* fs.truncate(latest.path, 100)
      const mine = `${folder.path}/mine.safetensors`
      yield* fs.rename((yield* folder.save(sample(3), "best")).file, mine)
      yield* fs.writeFileString(`${mine}.pin`, "")
      const foreign = Either.getOrThrow(
        Safetensors.encode({ metadata: new Map(), tensors: new Map() })
      )
      yield* fs.writeFile(`${folder.path}/foreign.safetensors`, foreign)
      const place = yield* folder.archive(() => false)
      expect(yield* visible(place)).toEqual([
        fileNames.best,
        "epoch-0004-step-000000.safetensors",
        fileNames.latest,
        "mine.safetensors",
        "mine.safetensors.pin"
      ])
      expect(yield* visible(folder.path)).toEqual(["archive", "foreign.safetensors"])
      expect(path.basename(place)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("moves others aside than those that stay, which have the two names then", () =>
    Effect.gen(function* () {
      const { folder } = yield* opened
      const best = { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 1 }
      yield* folder.save(sample(1, 0.1), "best")
      yield* folder.save(sample(2, 0.5, { best }), "latest")
      yield* folder.save(sample(3, 0.05, { run_id: "other" }), "best")
      yield* folder.save(sample(3, 0.05, { run_id: "other" }), "latest")
      const place = yield* folder.archive(
        ({ health }) => Either.getOrThrow(health).run_id === "run"
      )
      expect((yield* folder.list).map(({ name, aliases }) => [name, aliases])).toEqual([
        ["epoch-0002-step-000000.safetensors", ["latest"]],
        ["epoch-0001-step-000000.safetensors", ["best"]]
      ])
      expect(yield* visible(place)).toEqual([
        fileNames.best,
        "epoch-0003-step-000000.safetensors",
        fileNames.latest
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("completes a save that is interrupted, and does one at a time", () =>
    Effect.gen(function* () {
      const { store, folder } = yield* opened
      let busy = 0
      let most = 0
      const slow = (epoch: number): Checkpoint => ({
        meta: sample(epoch).meta,
        tensors: new Map(
          ["a", "b", "c"].map((name) => [
            name,
            {
              ...tensor(epoch, 9),
              bytes: Effect.acquireUseRelease(
                Effect.sync(() => (most = Math.max(most, ++busy))),
                () => Effect.zipRight(Effect.sleep(10), tensor(epoch, 9).bytes),
                () => Effect.sync(() => busy--)
              )
            }
          ])
        )
      })
      const fibers = yield* Effect.forEach([1, 2], (epoch) =>
        Effect.fork(folder.save(slow(epoch), epoch === 1 ? "best" : "latest"))
      )
      yield* Effect.sleep(5)
      yield* Fiber.interruptAll(fibers)
      expect(most).toBe(1)
      for (const [index, name] of [fileNames.best, fileNames.latest].entries()) {
        expect((yield* store.load(path.join(folder.path, name))).meta.epoch).toBe(index + 1)
      }
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("checks that there is room before it writes", () =>
    Effect.gen(function* () {
      const { folder } = yield* opened
      yield* folder.save(sample(1), "latest")
      const full = Effect.provideService(folder.save(sample(2), "latest"), DiskSpace, {
        available: () => Effect.succeedSome(1000)
      })
      const error = yield* Effect.flip(full)
      expect(error.reason).toBe("NoSpace")
      expect(error.message).toContain("1000 available")
      expect(yield* visible(folder.path)).toHaveLength(2)
      yield* folder.save(sample(2), "latest")
      expect(Option.getOrThrow(yield* folder.latest).meta.epoch).toBe(2)
    }).pipe(Effect.provide(layer))
  )

  it.live("sweeps what a dead process left", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const store = yield* CheckpointStore
      const place = yield* fresh
      yield* fs.makeDirectory(`${place}/..lock.2147483646-0123abcd-1.tmp/deep`, { recursive: true })
      yield* fs.writeFileString(`${place}/.epoch.safetensors.2147483646-0123abcd-0.tmp`, "")
      yield* Effect.scoped(store.open(place))
      expect(yield* fs.readDirectory(place)).toEqual([])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("does without hard links where there are none", () =>
    Effect.gen(function* () {
      const { folder, fs, store } = yield* opened
      for (const epoch of [1, 2, 3, 4]) yield* folder.save(sample(epoch, 1), "latest")
      const { path: file } = yield* folder.save(sample(5, 0.1), "best")
      expect((yield* store.load(file)).meta.epoch).toBe(5)
      expect((yield* fs.stat(file)).nlink).toEqual(Option.some(1))
      expect(Option.getOrThrow(yield* folder.latest).meta.epoch).toBe(5)
      expect(yield* visible(folder.path)).toEqual([
        fileNames.best,
        "epoch-0004-step-000000.safetensors",
        "epoch-0005-step-000000.safetensors",
        fileNames.latest
      ])
    }).pipe(
      Effect.provide(
        Layer.provideMerge(CheckpointStore.file, failing("link", undefined, "ENOTSUP"))
      )
    )
  )
})
