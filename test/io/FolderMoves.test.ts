import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { constants } from "node:os"
import * as path from "node:path"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import { Lease } from "../../src/io/folderLock/Holder.js"
import { sample } from "../checkpointing/sample.js"
import { warningsOf } from "../support/warnings.js"

const layer = Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)

/** A place for folders, and two names for them. */
const places = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const root = yield* fs.makeTempDirectoryScoped()
  return { fs, folder: path.join(root, "run"), other: path.join(root, "other") }
})

const acquire = (folder: string) => FolderLock.acquire(folder, { force: false })
// Longer than a test: nothing is noticed by itself.
const slow = { every: 600_000, timeout: 200 }
const gone = /was removed, renamed or emptied while the run used it: it is made again/

describe("a folder that is locked", () => {
  it.scopedLive("leaves a copy of it free", () =>
    Effect.gen(function* () {
      const { folder, fs, other } = yield* places
      const { check } = yield* acquire(folder)
      yield* fs.copy(folder, other)
      yield* acquire(other)
      yield* check
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is locked by whatever path it is reached", () =>
    Effect.gen(function* () {
      const { folder, fs, other } = yield* places
      yield* acquire(folder)
      yield* fs.symlink(folder, other)
      expect(yield* Effect.flip(acquire(other))).toMatchObject({ reason: "InUse" })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is made again with its lock where it was removed", () =>
    Effect.gen(function* () {
      const { folder, fs } = yield* places
      const { check, remade } = yield* acquire(folder)
      yield* fs.remove(folder, { recursive: true })
      const { warnings } = yield* warningsOf(check)
      expect(warnings).toMatch(gone)
      expect(yield* remade).toBe(1)
      expect(yield* Effect.flip(acquire(folder))).toMatchObject({ reason: "InUse" })
      yield* check
      expect(yield* remade).toBe(1)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is free where it was moved to, and locked where it was made again", () =>
    Effect.gen(function* () {
      const { folder, fs, other } = yield* places
      const { check } = yield* Effect.provideService(acquire(folder), Lease, slow)
      yield* fs.writeFileString(path.join(folder, "a.safetensors"), "")
      yield* fs.rename(folder, other)
      expect((yield* warningsOf(check)).warnings).toMatch(gone)
      const moved = yield* acquire(other)
      yield* check
      yield* moved.check
      expect(yield* Effect.flip(acquire(folder))).toMatchObject({ reason: "InUse" })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is waited for where it was moved to and its process has not noticed", () =>
    Effect.gen(function* () {
      const { folder, fs, other } = yield* places
      yield* Effect.provideService(acquire(folder), Lease, slow)
      yield* fs.rename(folder, other)
      yield* acquire(other)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is lost where only the lock is gone: somebody has taken it over", () =>
    Effect.gen(function* () {
      const { folder, fs } = yield* places
      const { check } = yield* acquire(folder)
      yield* fs.writeFileString(path.join(folder, "a.safetensors"), "")
      yield* fs.remove(path.join(folder, ".lock"), { recursive: true })
      expect(yield* Effect.flip(check)).toMatchObject({ reason: "Lost", holder: null })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive(
    "that the user has made stays, one that we have made goes if nothing came into it",
    () =>
      Effect.gen(function* () {
        const { folder, fs, other } = yield* places
        yield* fs.makeDirectory(folder)
        yield* Effect.scoped(acquire(folder))
        yield* Effect.scoped(acquire(other))
        expect([yield* fs.exists(folder), yield* fs.exists(other)]).toEqual([true, false])
      }).pipe(Effect.provide(layer))
  )

  it.scopedLive("that is a link to nowhere is said to be one", () =>
    Effect.gen(function* () {
      const { folder, fs } = yield* places
      const store = yield* CheckpointStore
      yield* fs.symlink("/no/such/disk", folder)
      const error = yield* Effect.flip(store.open(path.join(folder, "run")))
      expect(error.message).toContain(
        `cannot be written: ${folder} is a link to /no/such/disk, which does not exist`
      )
    }).pipe(Effect.provide(layer))
  )
})

describe("trouble with a lock", () => {
  // As Node gives it: it has no name for it.
  const quota = (method: string) =>
    new SystemError({
      module: "FileSystem",
      method,
      reason: "Unknown",
      cause: {
        code: `Unknown system error -${constants.errno.EDQUOT}`,
        errno: -constants.errno.EDQUOT
      }
    })

  it.scopedLive.each([
    ["readDirectory", "cannot be read: the disk quota is used up (EDQUOT)"],
    ["makeDirectory", "does not fit on the disk: the disk quota is used up (EDQUOT)"]
  ] as const)("is said to be with reading or writing: %s", ([method, expected]) =>
    Effect.gen(function* () {
      const { folder, fs } = yield* places
      const failing = { ...fs, [method]: () => Effect.fail(quota(method)) }
      const open = Effect.flatMap(CheckpointStore, (store) => store.open(folder))
      const layer = Layer.provide(
        CheckpointStore.file,
        Layer.succeed(FileSystem.FileSystem, failing)
      )
      const { message } = yield* Effect.flip(Effect.provide(open, layer))
      expect(message).toContain(`${folder} ${expected}`)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("a run whose folder goes", () => {
  it.scopedLive("saves into the folder made again", () =>
    Effect.gen(function* () {
      const { folder, fs, other } = yield* places
      const store = yield* CheckpointStore
      const open = yield* store.open(folder)
      yield* open.save(sample(1), "latest")
      yield* fs.rename(folder, other)
      // The same place as before, too: what was saved of it went with the folder.
      yield* open.save(sample(1), "latest")
      yield* open.save(sample(2), "latest")
      const load = (where: string) => store.load(path.join(where, fileNames.latest))
      expect((yield* load(folder)).meta.epoch).toBe(2)
      expect((yield* load(other)).meta.epoch).toBe(1)
      expect((yield* store.verify(folder)).map(({ health }) => health._tag)).toEqual([
        "Right",
        "Right"
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("saves, where it goes in the middle of that", () =>
    Effect.gen(function* () {
      const { folder, fs } = yield* places
      const store = yield* CheckpointStore
      const open = yield* store.open(folder)
      let times = 0
      const remove = Effect.suspend(() =>
        times++ === 0 ? Effect.orDie(fs.remove(folder, { recursive: true })) : Effect.void
      )
      const { meta, tensors } = sample(3)
      const removing = [...tensors].map(
        ([name, tensor]) =>
          [name, { ...tensor, bytes: Effect.zipRight(remove, tensor.bytes) }] as const
      )
      const saved = yield* open.save({ meta, tensors: new Map(removing) }, "latest")
      expect((yield* store.load(saved.path)).meta.epoch).toBe(3)
      expect(times).toBeGreaterThan(1)
    }).pipe(Effect.provide(layer))
  )
})
