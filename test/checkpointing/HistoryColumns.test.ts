import { safetensors as reader } from "@jax-js/loaders"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { dirname } from "node:path"
import { isSame, type EpochRecord } from "../../src/checkpointing/Checkpoint.js"
import * as CheckpointEntries from "../../src/checkpointing/CheckpointEntry.js"
import * as CheckpointFile from "../support/checkpointFile.js"
import { onFiles } from "../support/checkpointFile.js"
import * as HistoryColumns from "../../src/checkpointing/format/HistoryColumns.js"
import * as Listing from "../../src/checkpointing/store/Listing.js"
import { scan } from "../../src/checkpointing/store/FolderScan.js"
import { content, sample } from "./sample.js"

/** A history with what JSON lacks, with metrics that come and go, and in it a NaN of another kind. */
const odd = new Float64Array(new BigUint64Array([0x7ff80000_00000001n]).buffer)[0]!
const history = (epochs: number): ReadonlyArray<EpochRecord> =>
  Array.from({ length: epochs }, (_, i) => ({
    train_loss: [NaN, Infinity, -Infinity, -0, odd][i] ?? 1 / (i + 3),
    ...(i % 3 === 1 ? {} : { val_loss: Math.sin(i) }),
    ...(i < 1500 ? {} : { "later \u4e2d": i % 7 === 0 ? NaN : i }),
    epoch: i + 1,
    learning_rate: 0.1 ** (i % 9),
    seconds: i / 1000
  }))

const withFile = <A, E>(body: (file: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* body(`${yield* fs.makeTempDirectoryScoped()}/c.safetensors`)
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const headerOf = (bytes: Uint8Array) => {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length))
  return JSON.parse(text) as { readonly __metadata__: Record<string, string> }
}

describe("the history in a checkpoint", () => {
  it.live.each([0, 1, 1024, 1025, 2048, 2049, 5000])(
    "of %i epochs comes back to the bit",
    (epochs) =>
      withFile((file) =>
        Effect.gen(function* () {
          const saved = sample(3, 1, { train_history: history(epochs) })
          yield* CheckpointFile.write(file, saved)
          const read = yield* CheckpointFile.read(file)
          const version = epochs > 1024 ? 4 : 3
          const expected = yield* content({
            ...saved,
            meta: { ...saved.meta, format_version: version }
          })
          expect(yield* content(read)).toStrictEqual(expected)
          for (const [i, record] of read.meta.train_history.entries()) {
            expect(Object.keys(record).sort()).toEqual(Object.keys(history(epochs)[i]!).sort())
            if (i > 4) break
          }
          for (const look of [CheckpointFile.inspect(file), CheckpointFile.verify(file)]) {
            expect((yield* look).meta).toStrictEqual(read.meta)
          }
          // Of which a listing knows the end, and that is enough to tell.
          const [listed] = CheckpointEntries.intact(yield* onFiles(Listing.list(dirname(file))))
          expect(listed!.meta.train_history.length).toBeLessThanOrEqual(1024)
          expect(isSame(read.meta, listed!.meta)).toBe(true)
        })
      )
  )

  it.live("is columns of numbers for other readers, but for its last epochs", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* CheckpointFile.write(file, sample(3, 1, { train_history: history(3000) }))
        const { __metadata__: metadata } = headerOf(yield* fs.readFile(file))
        expect(metadata["format_version"]).toBe("4")
        const tail = JSON.parse(metadata["train_history"]!) as ReadonlyArray<EpochRecord>
        expect(tail.map(({ epoch }) => epoch)).toEqual(
          Array.from({ length: 952 }, (_, i) => i + 2049)
        )
        const columns = JSON.parse(metadata["train_history_columns"]!) as ReadonlyArray<string>
        expect(columns).toEqual([
          "train_loss",
          "val_loss",
          "epoch",
          "learning_rate",
          "seconds",
          "later \u4e2d"
        ])
        const read = reader.parse((yield* fs.readFile(file)) as Uint8Array<ArrayBuffer>)
        const losses = read.tensors["train_history.train_loss"]!
        expect(losses).toMatchObject({ dtype: "F64", shape: [2048] })
        expect(losses.data.slice(2, 6)).toEqual(Float64Array.of(-Infinity, -0, NaN, 1 / 8))
      })
    )
  )

  it.live("costs the same header however long it is, and a scan does not read it", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const lengths: Array<number> = []
        for (const epochs of [1024 * 2, 1024 * 40]) {
          yield* CheckpointFile.write(file, sample(3, 1, { train_history: history(epochs) }))
          const bytes = yield* fs.readFile(file)
          lengths.push(Number(new DataView(bytes.buffer).getBigUint64(0, true)))
        }
        expect(lengths[1]! / lengths[0]!).toBeLessThan(1.2)
        const { ranked } = yield* onFiles(scan(dirname(file)))
        expect(ranked[0]!.meta.train_history).toEqual(history(1024 * 40).slice(-1))
      })
    )
  )

  it("puts what the last save has put in columns there only once", () => {
    const looked = new Set<number>()
    const all = history(6000).map((record, i) =>
      Object.defineProperty({ ...record }, "train_loss", {
        enumerable: true,
        get: () => (looked.add(i), 1)
      })
    )
    for (const epochs of [1500, 2000, 2100, 5000, 5001, 6000]) {
      looked.clear()
      const { columns, tail, tensors } = Either.getOrThrow(
        HistoryColumns.split(all.slice(0, epochs))
      )
      const count = epochs - tail.length
      const before = { 1500: 0, 2000: 1024, 2100: 1024, 5000: 2048, 5001: 4096, 6000: 4096 }[
        epochs
      ]!
      expect([...looked]).toEqual(Array.from({ length: count - before }, (_, i) => before + i))
      const bytes = tensors.get("train_history.epoch")!.view!()
      expect(new Float64Array(bytes.buffer, 0, count)[count - 1]).toBe(count)
      expect(columns).toContain("epoch")
    }
  })

  it("of another run, or of one that went back, is not taken for the last one's", () => {
    const first = history(3000)
    const second = [...first.slice(0, 100), ...history(3000).slice(100)].map((record, i) =>
      i < 100 ? record : { ...record, train_loss: i }
    )
    for (const records of [first, second, first.slice(0, 2000), second]) {
      const { tensors } = Either.getOrThrow(HistoryColumns.split(records))
      const count = Math.floor((records.length - 1) / 1024) * 1024
      const names = [...tensors.keys()].map((name) => name.replace("train_history.", ""))
      const columns = names.map(
        (name) => [name, tensors.get(HistoryColumns.tensorOf(name))!.view!()] as const
      )
      expect(HistoryColumns.join(columns)).toStrictEqual(records.slice(0, count))
    }
  })

  it.live("is damaged if one bit of a column is", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* CheckpointFile.write(file, sample(3, 1, { train_history: history(2000) }))
        const bytes = yield* fs.readFile(file)
        const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
        bytes[header + 5]! ^= 1
        yield* fs.writeFile(file, bytes)
        const looks: ReadonlyArray<
          Effect.Effect<
            unknown,
            { readonly reason: string; readonly detail: string },
            FileSystem.FileSystem
          >
        > = [CheckpointFile.inspect(file), CheckpointFile.verify(file), CheckpointFile.read(file)]
        for (const look of looks) {
          const error = yield* Effect.flip(look)
          expect(error).toMatchObject({ reason: "Damaged" })
          expect(error.detail).toMatch(/^not as they were saved: train_history\.epoch/)
        }
      })
    )
  )

  it.live("that holds no number is refused by name", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const bad = [...history(1200)]
        bad[7] = { ...bad[7]!, val_loss: "0.5" as unknown as number }
        const saving = CheckpointFile.write(file, sample(3, 1, { train_history: bad }))
        expect(yield* Effect.flip(saving)).toMatchObject({
          reason: "Unencodable",
          detail: "train_history.7.val_loss: no number"
        })
      })
    )
  )
})
