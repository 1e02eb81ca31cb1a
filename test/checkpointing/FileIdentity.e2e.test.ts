import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { vi } from "vitest"
import type { CheckpointWriter } from "../../src/checkpointing/store/CheckpointStore.js"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as Retention from "../../src/checkpointing/Retention.js"
import * as ImportCheckpoint from "../../src/checkpointing/resume/ImportCheckpoint.js"
import { damage } from "./damage.js"
import { sample } from "./sample.js"

// As NTFS, Gluster and EFS number files: neighbours are equal as doubles. Before any import, since
// the file system service takes the function as it finds it.
vi.hoisted(async () => {
  const { default: fs } = await import("node:fs")
  const { syncBuiltinESMExports } = await import("node:module")
  const base = 1n << 60n
  const add = (info: { ino: number | bigint }) =>
    Object.assign(info, { ino: typeof info.ino === "bigint" ? base + info.ino : Number(base) })
  const { stat } = fs
  fs.stat = ((file: string, ...rest: Array<unknown>) => {
    const callback = rest.pop() as (error: unknown, info?: { ino: number | bigint }) => void
    ;(stat as unknown as (...args: Array<unknown>) => void)(
      file,
      ...rest,
      (error: unknown, info?: { ino: number | bigint }) =>
        callback(error, info === undefined ? info : add(info))
    )
  }) as unknown as typeof fs.stat
  const { stat: promised } = fs.promises
  fs.promises.stat = (async (file: string, options: undefined) =>
    add(await promised(file, options))) as unknown as typeof promised
  syncBuiltinESMExports()
})

const root = mkdtempSync(path.join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
const fresh = () => path.join(root, String(folders++))

/** The file system as one that is not Node's own, whose inode numbers are doubles. */
const wrapped = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => ({
    ...fs,
    open: (file: string, options?: FileSystem.OpenFileOptions) => fs.open(file, options)
  }))
).pipe(Layer.provide(NodeFileSystem.layer))

const best = { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 1 }
const own = (epoch: number) => `epoch-000${epoch}-step-000000.safetensors`

/** Epochs 1, the best, to 6, the latest, none of which retention removes. */
const prepared = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const fs = yield* FileSystem.FileSystem
  const folder = fresh()
  const fill = (open: CheckpointWriter) =>
    Effect.gen(function* () {
      yield* open.save(sample(1, 0.1), "best")
      for (const epoch of [1, 2, 3, 4, 5, 6]) {
        yield* open.save(sample(epoch, epoch / 10, { best }), "latest")
      }
    })
  const retention = { ...Retention.defaults, keep_last: 6 }
  yield* Effect.scoped(Effect.flatMap(store.open(folder, { retention }), fill))
  return { store, fs, folder, at: (name: string) => path.join(folder, name) }
})

const pinnedIn = (folder: string) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    return (yield* store.list(folder)).filter(({ pinned }) => pinned).map(({ name }) => name)
  })

const same = (fs: FileSystem.FileSystem, a: string, b: string) =>
  Effect.map(
    Effect.all([fs.readFile(a), fs.readFile(b)]),
    ([one, other]) => Buffer.compare(one, other) === 0
  )

const files = [
  { name: "Node's own", layer: Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer) },
  { name: "another file system", layer: Layer.provideMerge(CheckpointStore.file, wrapped) }
]

describe.each(files)("inode numbers above 2^53, $name", ({ layer }) => {
  it("are equal as doubles", () =>
    Effect.gen(function* () {
      const { at, fs } = yield* prepared
      const inode = (name: string) =>
        Effect.map(fs.stat(at(name)), ({ ino }) => Option.getOrNull(ino))
      expect(yield* inode(own(1))).toBe(yield* inode(own(2)))
    }).pipe(Effect.provide(layer), Effect.runPromise))

  it.live("lists each checkpoint once", () =>
    Effect.gen(function* () {
      const { folder, store } = yield* prepared
      const listed = (yield* store.list(folder)).map(({ aliases, name }) => [name, aliases])
      expect(listed).toEqual([
        [own(6), ["latest"]],
        ...[5, 4, 3, 2].map((epoch) => [own(epoch), []]),
        [own(1), ["best"]]
      ])
    }).pipe(Effect.provide(layer))
  )

  it.live("verifies each", () =>
    Effect.gen(function* () {
      const { at, folder, store } = yield* prepared
      yield* damage(at(own(1)))
      const damaged = (yield* store.verify(folder)).filter(({ health }) => Either.isLeft(health))
      expect(damaged.map(({ name }) => name)).toContain(own(1))
      expect(damaged.map(({ name }) => name)).not.toContain(own(2))
    }).pipe(Effect.provide(layer))
  )

  it.live("pins what was named, and unpins no other", () =>
    Effect.gen(function* () {
      const { at, folder, store } = yield* prepared
      expect(yield* store.pin(at(fileNames.best))).toBe(at(own(1)))
      expect(yield* store.pin(at(own(2)))).toBe(at(own(2)))
      expect(yield* store.unpin(at(own(6)))).toBe(at(own(6)))
      expect(yield* pinnedIn(folder)).toEqual([own(2), own(1)])
      expect(yield* store.unpin(at(fileNames.best))).toBe(at(own(1)))
      expect(yield* pinnedIn(folder)).toEqual([own(2)])
    }).pipe(Effect.provide(layer))
  )

  it.live("takes the best over into another folder", () =>
    Effect.gen(function* () {
      const { at, fs, store } = yield* prepared
      const checkpoint = yield* store.load(at(fileNames.latest))
      const to = fresh()
      yield* Effect.scoped(
        Effect.flatMap(store.open(to), (folder) =>
          Effect.flatMap(folder.list, (entries) =>
            ImportCheckpoint.importCheckpoint(folder, at(fileNames.latest), checkpoint, entries)
          )
        )
      )
      const taken = yield* store.load(path.join(to, fileNames.best))
      expect(taken.meta.epoch).toBe(1)
      expect(yield* same(fs, at(own(1)), path.join(to, fileNames.best))).toBe(true)
    }).pipe(Effect.provide(layer))
  )

  it.live("gives the newest the name that a crash left on another", () =>
    Effect.gen(function* () {
      const { at, folder, fs, store } = yield* prepared
      yield* fs.remove(at(fileNames.latest))
      yield* fs.link(at(own(4)), at(fileNames.latest))
      yield* Effect.scoped(store.open(folder))
      expect((yield* store.load(at(fileNames.latest))).meta.epoch).toBe(6)
    }).pipe(Effect.provide(layer))
  )

  it.live("keeps what it resumed from, and removes what retention does not keep", () =>
    Effect.gen(function* () {
      const { at, folder, store } = yield* prepared
      yield* Effect.scoped(
        Effect.gen(function* () {
          const open = yield* store.open(folder)
          yield* store.load(at(own(3)))
          yield* open.save(sample(7, 0.7, { best }), "latest")
        })
      )
      const names = (yield* store.list(folder)).map(({ name }) => name)
      expect(names).toEqual([own(7), own(6), own(3), own(1)])
    }).pipe(Effect.provide(layer))
  )
})

describe("copies, as a file system without links or cp -r makes them", () => {
  const layer = Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)

  /** The same folder with each name a file of its own. */
  const copied = Effect.gen(function* () {
    const { fs, folder, ...rest } = yield* prepared
    const copy = fresh()
    yield* fs.makeDirectory(copy)
    for (const name of yield* fs.readDirectory(folder)) {
      yield* fs.copyFile(path.join(folder, name), path.join(copy, name))
    }
    return { ...rest, fs, folder: copy, at: (name: string) => path.join(copy, name) }
  })

  it.live("are one checkpoint of a list, and each a file to verify", () =>
    Effect.gen(function* () {
      const { at, folder, store } = yield* copied
      const listed = (yield* store.list(folder)).map(({ aliases, name }) => [name, aliases])
      expect(listed[0]).toEqual([own(6), ["latest"]])
      expect(listed[5]).toEqual([own(1), ["best"]])
      expect(listed).toHaveLength(6)
      yield* damage(at(fileNames.best))
      const health = (yield* store.verify(folder)).map((one) => [one.name, one.health._tag])
      expect(health).toHaveLength(8)
      expect(health).toContainEqual([fileNames.best, "Left"])
      expect(health).toContainEqual([own(1), "Right"])
    }).pipe(Effect.provide(layer))
  )

  it.live("are pinned and unpinned by the name that is the checkpoint's own", () =>
    Effect.gen(function* () {
      const { at, folder, fs, store } = yield* copied
      const before = (yield* fs.readDirectory(folder)).length
      expect(yield* store.pin(at(fileNames.best))).toBe(at(own(1)))
      expect(yield* pinnedIn(folder)).toEqual([own(1)])
      expect((yield* fs.readDirectory(folder)).length).toBe(before + 1)
      expect(yield* store.unpin(at(fileNames.best))).toBe(at(own(1)))
      expect(yield* pinnedIn(folder)).toEqual([])
    }).pipe(Effect.provide(layer))
  )
})
