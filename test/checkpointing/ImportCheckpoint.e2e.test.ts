import type * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { Checkpoint } from "../../src/checkpointing/Checkpoint.js"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import { fits, importCheckpoint } from "../../src/checkpointing/resume/ImportCheckpoint.js"
import { crashes, randomOf } from "../io/Crash.js"
import { exhaust } from "../io/FaultyFileSystem.js"
import { SimulatedDisk } from "../io/SimulatedDisk.js"
import { damage } from "./damage.js"
import { content, sample } from "./sample.js"
import { earlier, epochEnd, epochsIn, folderPath, found, soak, storeOn } from "./simulated.js"
import { warningsOf } from "../support/warnings.js"

const root = mkdtempSync(path.join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
const fresh = () => path.join(root, String(folders++))
const inFiles = Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)
const stores = [
  { store: "in files", layer: inFiles },
  { store: "in memory", layer: Layer.merge(CheckpointStore.memory, NodeFileSystem.layer) }
]

const importIn = (
  folder: Parameters<typeof importCheckpoint>[0],
  file: string,
  checkpoint: Checkpoint
) => Effect.flatMap(folder.list, (entries) => importCheckpoint(folder, file, checkpoint, entries))

const lowest = { metric: "val_loss", mode: "min" as const, value: 0.2, epoch: 2 }

/** A folder with epochs 2, the best, and 3, the latest; and another one, open, with nothing. */
const opened = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const from = yield* store.open(fresh())
  const best = yield* from.save(sample(2, 0.2), "best")
  const latest = yield* from.save(sample(3, 0.4, { best: lowest }), "latest")
  const resumeIn = (folder: typeof from, file = latest.path) =>
    Effect.flatMap(store.load(file), (checkpoint) => importIn(folder, file, checkpoint))
  return { store, from, best, latest, to: yield* store.open(fresh()), resumeIn }
})

const contentsOf = (folder: string) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const load = (name: string) =>
      Effect.flatMap(store.load(path.join(folder, name)), (checkpoint) => content(checkpoint))
    return { latest: yield* load(fileNames.latest), best: yield* load(fileNames.best) }
  })

describe.each(stores)("continuing in another folder, $store", ({ layer }) => {
  it.scopedLive("takes the latest and the best of the run over, once", () =>
    Effect.gen(function* () {
      const { from, resumeIn, store, to } = yield* opened
      const there = yield* from.list
      expect(yield* resumeIn(to)).toBe(path.join(to.path, fileNames.latest))
      expect(yield* contentsOf(to.path)).toStrictEqual(yield* contentsOf(from.path))
      const taken = yield* to.list
      yield* resumeIn(to)
      expect(yield* to.list).toStrictEqual(taken)
      expect(yield* store.list(from.path)).toStrictEqual(there)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("keeps the best as it keeps any, until a better one is found", () =>
    Effect.gen(function* () {
      const { resumeIn, to } = yield* opened
      yield* resumeIn(to)
      for (const epoch of [4, 5, 6]) yield* to.save(sample(epoch, 1, { best: lowest }), "latest")
      expect(Option.getOrThrow(yield* to.best).meta.epoch).toBe(2)
      yield* to.save(sample(7, 0.1), "best")
      expect(Option.getOrThrow(yield* to.best).meta.epoch).toBe(7)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("takes over what is itself the best, also in the middle of an epoch", () =>
    Effect.gen(function* () {
      const { best, resumeIn, store, to } = yield* opened
      yield* resumeIn(to, best.path)
      const middle = (file: Checkpoint): Checkpoint => ({
        ...file,
        meta: {
          ...file.meta,
          step: 4,
          position: { ...file.meta.position, stage: "checkpoint", metrics: { val_loss: 0.1 } },
          best: { ...lowest, value: 0.1, epoch: 4 }
        }
      })
      const other = yield* store.open(fresh())
      const saved = yield* other.save(middle(sample(3)), "latest")
      const third = yield* store.open(fresh())
      yield* resumeIn(third, saved.path)
      for (const [folder, epoch] of [
        [to, 2],
        [third, 3]
      ] as const) {
        const { latest, best } = yield* contentsOf(folder.path)
        expect([latest.meta.epoch, best.meta.epoch]).toEqual([epoch, epoch])
      }
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive.each([
    { what: "of another run", other: sample(2, 0.2, { run_id: "other" }) },
    { what: "of another value", other: sample(2, 0.3) },
    { what: "of another epoch", other: sample(1, 0.2) }
  ])("takes over no best $what, and says so", ({ other }) =>
    Effect.gen(function* () {
      const { resumeIn, store, to } = yield* opened
      const from = yield* store.open(fresh())
      yield* from.save(other, "best")
      const { path: file } = yield* from.save(sample(4, 0.5, { best: lowest }), "latest")
      const { warnings } = yield* warningsOf(resumeIn(to, file))
      expect(warnings).toContain(
        `no intact checkpoint beside ${file} holds the best model so far (epoch 2, val_loss 0.2): ` +
          `${to.path} has no best_model.safetensors until training finds a better model`
      )
      expect((yield* to.list).map(({ aliases }) => aliases)).toEqual([["latest"]])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("has nothing to take over but the latest where there is no best yet", () =>
    Effect.gen(function* () {
      const { from, resumeIn, to } = yield* opened
      const { path: file } = yield* from.save(sample(4, NaN, { best: null }), "latest")
      const { warnings } = yield* warningsOf(resumeIn(to, file))
      expect(warnings).toBe("")
      expect((yield* to.list).map(({ aliases }) => aliases)).toEqual([["latest"]])
    }).pipe(Effect.provide(layer))
  )
})

describe("continuing in another folder", () => {
  it.scopedLive("names a damaged best, takes over the latest, and fixes what was damaged", () =>
    Effect.gen(function* () {
      const { best, from, resumeIn, to } = yield* opened
      yield* resumeIn(to)
      yield* damage(path.join(to.path, fileNames.latest))
      yield* damage(path.join(to.path, fileNames.best))
      yield* resumeIn(to)
      expect(yield* contentsOf(to.path)).toMatchObject({
        latest: { meta: { epoch: 3 } },
        best: { meta: { epoch: 2 } }
      })
      yield* damage(best.file)
      const other = yield* (yield* CheckpointStore).open(fresh())
      const { warnings } = yield* warningsOf(resumeIn(other))
      expect(warnings).toContain(`skipped: ${from.path}/epoch-0002-step-000000.safetensors`)
      expect(warnings).toContain(
        `no intact checkpoint beside ${from.path}/latest_checkpoint.safetensors holds the best model so far (epoch 2, val_loss 0.2)`
      )
      expect(Option.getOrThrow(yield* other.latest).meta.epoch).toBe(3)
    }).pipe(Effect.provide(inFiles))
  )
})

const elsewhere = "/run/elsewhere"

/** The first start of a run that continues in another folder, as one process does it. */
const firstStart = (fileSystem: FileSystem.FileSystem) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const file = path.join(elsewhere, fileNames.latest)
    const checkpoint = yield* store.load(file)
    const folder = yield* store.open(folderPath)
    const stays = fits(checkpoint.meta)
    if (!(yield* folder.list).every(stays)) yield* folder.archive(stays)
    yield* importIn(folder, file, checkpoint)
  }).pipe(Effect.scoped, Effect.provide(storeOn(fileSystem)))

/** Epochs 1 to 3 of a run, of which 2 is the best; where it continues, epoch 9 lies already. */
const prepared = Effect.gen(function* () {
  const disk = new SimulatedDisk()
  yield* Effect.gen(function* () {
    const store = yield* CheckpointStore
    yield* Effect.flatMap(store.open(elsewhere), earlier)
    const folder = yield* store.open(folderPath)
    yield* folder.save(epochEnd(9, 0.3), "latest")
  }).pipe(Effect.scoped, Effect.provide(storeOn(disk.fileSystem)))
  return disk
})

const complete = (disk: SimulatedDisk) =>
  Effect.gen(function* () {
    const has = { latest: 3, latestFile: 3, best: 2, bestFile: 2 }
    expect(yield* found(disk.fileSystem)).toEqual(has)
    expect(yield* epochsIn(disk.fileSystem, elsewhere)).toEqual([3, 2])
    const archives = disk.names(`${folderPath}/archive`)
    const aside = yield* Effect.forEach(archives, (name) =>
      epochsIn(disk.fileSystem, `${folderPath}/archive/${name}`)
    )
    expect(aside.flat()).toContain(9)
  })

describe("taking over", () => {
  it.live(
    "is done by the next start where a crash came in between, and loses nothing",
    () =>
      Effect.gen(function* () {
        const before = yield* prepared
        const after = before.copy()
        yield* firstStart(after.fileSystem)
        yield* complete(after)
        for (const { crashed } of crashes(before, after, 1 + soak, randomOf(19))) {
          crashed.bury(process.pid, 2147483646)
          yield* firstStart(crashed.fileSystem)
          yield* complete(crashed)
        }
      }),
    600_000
  )

  it.live("is done by the next start where an operation has failed, and loses nothing", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* exhaust(yield* prepared, "EMFILE", ({ during, fileSystem }) =>
        during(firstStart(fileSystem))
      )
      expect(outcomes.length).toBeGreaterThan(50)
      for (const { disk } of outcomes) {
        yield* firstStart(disk.fileSystem)
        yield* complete(disk)
      }
    })
  )
})
