import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import type { CheckpointError } from "../../src/checkpointing/CheckpointError.js"
import * as CheckpointEntries from "../../src/checkpointing/CheckpointEntry.js"
import * as CheckpointFile from "../support/checkpointFile.js"
import { fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import * as Listing from "../../src/checkpointing/store/Listing.js"
import { scan } from "../../src/checkpointing/store/FolderScan.js"
import { sample } from "./sample.js"

/** The same file system behind other functions. */
const wrapped = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => ({
    ...fs,
    open: (path: string, options?: FileSystem.OpenFileOptions) => fs.open(path, options)
  }))
).pipe(Layer.provide(NodeFileSystem.layer))

const position = { stage: "validate", example: 3, sums: {}, metrics: { val_loss: NaN }, seconds: 1 }

const checkpoints = {
  plain: sample(1),
  "no best": sample(2, 1, { best: null, train_history: [] }),
  middle: sample(3, 1, { step: 2, position, run_id: 'another "run", \\\\ and more","epoch":"9' }),
  zero: sample(4, -0),
  infinite: sample(5, Infinity),
  "long header": sample(6, 1, { config: { text: "x".repeat(100_000) } }),
  "many epochs": sample(7, 1, {
    train_history: Array.from({ length: 40 }, (_, epoch) => ({
      epoch,
      learning_rate: 0.1,
      seconds: 1,
      val_loss: 1 / (epoch + 1)
    }))
  })
}

const folder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const place = yield* fs.makeTempDirectoryScoped()
  for (const [name, checkpoint] of Object.entries(checkpoints)) {
    yield* CheckpointFile.write(`${place}/${name}.safetensors`, checkpoint)
  }
  const good = yield* fs.readFile(`${place}/plain.safetensors`)
  const flipped = good.slice()
  flipped[200] = flipped[200]! ^ 1
  yield* fs.writeFile(`${place}/flipped.safetensors`, flipped)
  yield* fs.writeFile(`${place}/short.safetensors`, good.slice(0, 100))
  yield* fs.writeFile(`${place}/empty.safetensors`, new Uint8Array())
  yield* fs.makeDirectory(`${place}/folder.safetensors`)
  yield* fs.link(`${place}/plain.safetensors`, `${place}/${fileNames.latest}`)
  yield* fs.copyFile(`${place}/zero.safetensors`, `${place}/${fileNames.best}`)
  return place
})

const parts = ({ path, meta }: CheckpointEntries.RankedEntry) => ({
  path,
  run_id: meta.run_id,
  saved_at: meta.saved_at,
  place: [meta.epoch, meta.step, meta.global_step],
  position: [meta.position.stage, meta.position.metrics],
  best: meta.best,
  last: meta.train_history.at(-1),
  value: CheckpointEntries.metricOf(meta, "val_loss")
})

describe("a scan", () => {
  it.scopedLive.each([
    { name: "of the machine's own files", layer: NodeFileSystem.layer },
    { name: "through another file system", layer: wrapped }
  ])("$name finds what a listing finds", ({ layer }) =>
    Effect.gen(function* () {
      const place = yield* folder
      const { ranked, errors } = yield* scan(place)
      const listed = yield* Listing.files(place)
      const expected = CheckpointEntries.intact(listed)
      expect(expected).toHaveLength(8)
      expect(CheckpointEntries.newestFirst(ranked).map(parts)).toStrictEqual(expected.map(parts))
      const messages = (found: ReadonlyArray<CheckpointError>) =>
        found.map(({ message }) => message).sort()
      expect(messages(errors)).toEqual(messages(CheckpointEntries.errors(listed)))
      expect(errors.map(({ reason }) => reason).sort()).toEqual([
        "Damaged",
        "Truncated",
        "Truncated"
      ])
    }).pipe(Effect.provide(Layer.provideMerge(FileStorage.layer, layer)))
  )
})

describe("a scan of a folder that was scanned before", () => {
  it.scoped("finds what has changed since", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now() + 3_600_000)
      const fs = yield* FileSystem.FileSystem
      const place = yield* folder
      const names = Effect.map(scan(place), ({ errors, ranked }) => [
        ranked.map(({ name }) => name).sort(),
        errors.map(({ path }) => path.replace(/.*\//, "")).sort()
      ])
      const before = yield* names
      expect(yield* names).toEqual(before)
      yield* fs.copyFile(`${place}/plain.safetensors`, `${place}/short.safetensors`)
      yield* fs.remove(`${place}/flipped.safetensors`)
      yield* fs.writeFile(`${place}/middle.safetensors`, new Uint8Array(100))
      const [ranked, errors] = yield* names
      expect(ranked).toContain("short.safetensors")
      expect(ranked).not.toContain("middle.safetensors")
      expect(errors).toEqual(["empty.safetensors", "middle.safetensors"])
    }).pipe(Effect.provide(Layer.provideMerge(FileStorage.layer, NodeFileSystem.layer)))
  )
})
