import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { Checkpoint } from "../../src/checkpoint/Checkpoint.js"
import { CheckpointStore, fileNames } from "../../src/checkpoint/CheckpointStore.js"
import * as FileStore from "../../src/checkpoint/FileStore.js"
import * as Safetensors from "../../src/file/Safetensors.js"
import { contract } from "./contract.js"
import { sample, tensor } from "./sample.js"

const root = mkdtempSync(path.join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
const fresh = Effect.sync(() => path.join(root, "deep", String(folders++)))
const layer = Layer.provideMerge(FileStore.layer, NodeFileSystem.layer)

contract("in files", layer, fresh)

const opened = Effect.gen(function* () {
  const store = yield* CheckpointStore
  return {
    store,
    fs: yield* FileSystem.FileSystem,
    folder: yield* store.open(yield* fresh)
  }
})

/** Flips the last bit of a file: of its last tensor. */
const damage = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const bytes = yield* fs.readFile(file)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    yield* fs.writeFile(file, bytes)
  })

/** Runs `self` and collects what it warns of. */
const warningsOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => warnings.push(String(message)))
    return Effect.map(
      Effect.provide(self, Logger.replace(Logger.defaultLogger, logger)),
      (value) => ({ value, warnings: warnings.join("\n") })
    )
  })

describe("FileStore", () => {
  it.scopedLive("makes no folder before the first save", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      yield* folder.list
      expect(yield* fs.exists(folder.path)).toBe(false)
      yield* folder.save(sample(1), "latest")
      expect(yield* fs.readDirectory(folder.path)).toEqual([fileNames.latest])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("names and passes over what is damaged, and deletes nothing", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const best = yield* folder.save(sample(2), "best")
      const latest = yield* folder.save(sample(4), "latest")
      yield* damage(latest.path)
      const { value, warnings } = yield* warningsOf(folder.latest)
      expect(Option.getOrThrow(value).path).toBe(best.path)
      expect(warnings).toContain(latest.path)
      yield* fs.truncate(latest.path, 1000)
      const again = yield* warningsOf(folder.latest)
      expect(Option.getOrThrow(again.value).path).toBe(best.path)
      expect(again.warnings).toContain(`${latest.path} is cut short`)
      const list = yield* folder.list
      expect(list.map(({ name }) => name)).toEqual([fileNames.best, fileNames.latest])
      expect(list.map(({ health }) => Either.isRight(health))).toEqual([true, false])
      yield* damage(best.path)
      expect((yield* warningsOf(folder.latest)).value).toEqual(Option.none())
      expect(yield* fs.readDirectory(folder.path)).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("does not take what it cannot read for nothing", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const file = path.join(folder.path, fileNames.latest)
      // A folder stands for a file that the system will not read, also for root.
      yield* fs.makeDirectory(file, { recursive: true })
      const { value } = yield* warningsOf(Effect.flip(folder.latest))
      expect(value).toMatchObject({ reason: "Unreadable", path: file })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("moves damaged checkpoints aside too, and leaves other people's files", () =>
    Effect.gen(function* () {
      const { fs, folder } = yield* opened
      const latest = yield* folder.save(sample(4), "latest")
      yield* fs.truncate(latest.path, 100)
      yield* fs.rename(
        (yield* folder.save(sample(3), "best")).path,
        `${folder.path}/mine.safetensors`
      )
      const foreign = Either.getOrThrow(
        Safetensors.encode({ metadata: new Map(), tensors: new Map() })
      )
      yield* fs.writeFile(`${folder.path}/foreign.safetensors`, foreign)
      const place = yield* folder.archive
      expect((yield* fs.readDirectory(place)).sort()).toEqual([
        fileNames.latest,
        "mine.safetensors"
      ])
      expect((yield* fs.readDirectory(folder.path)).sort()).toEqual([
        "archive",
        "foreign.safetensors"
      ])
      expect(path.basename(place)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/)
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
})
