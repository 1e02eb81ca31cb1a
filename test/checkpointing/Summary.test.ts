import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import * as CheckpointEntries from "../../src/checkpointing/CheckpointEntry.js"
import * as CheckpointFile from "../support/checkpointFile.js"
import { onFiles } from "../support/checkpointFile.js"
import type { CheckpointWriter } from "../../src/checkpointing/store/CheckpointStore.js"
import { CheckpointStore, fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import { scan } from "../../src/checkpointing/store/FolderScan.js"
import * as Retention from "../../src/checkpointing/Retention.js"
import { warningsOf } from "../support/warnings.js"
import { behindSummary, forged, replace, sealed } from "./forged.js"
import { sample } from "./sample.js"

const layer = Layer.merge(CheckpointStore.file, FileStorage.layer).pipe(
  Layer.provideMerge(NodeFileSystem.layer)
)
const fixture = fileURLToPath(new URL("fixtures/version-1.safetensors", import.meta.url))

/** Opens the folder, as one process does, for `use`. */
const opened = <A, E, R>(
  place: string,
  use: (folder: CheckpointWriter) => Effect.Effect<A, E, R>,
  retention = Retention.defaults
) =>
  Effect.scoped(
    Effect.flatMap(CheckpointStore, (store) =>
      Effect.flatMap(store.open(place, { retention }), use)
    )
  )

const edit = (file: string, change: (bytes: Buffer) => Buffer | void) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const bytes = Buffer.from(yield* fs.readFile(file))
    yield* fs.writeFile(file, change(bytes) ?? bytes)
  })

/** Flips a bit of a header, where a scan does not look. */
const damageBehind = (file: string) =>
  edit(file, (bytes) => {
    const at = behindSummary(bytes) + 100
    bytes[at] = bytes[at]! ^ 1
  })

const place = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

const epochOf = (folder: string, name: keyof typeof fileNames) =>
  Effect.map(CheckpointFile.read(`${folder}/${fileNames[name]}`), ({ meta }) => meta.epoch)

const lowest = { metric: "val_loss", mode: "min" as const, value: 0.1, epoch: 1 }

describe("the summary of a checkpoint", () => {
  it.scopedLive("comes first, and has a digest of all before that", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* place}/c.safetensors`
      yield* CheckpointFile.write(file, sample(3))
      const bytes = Buffer.from(yield* fs.readFile(file))
      const { __metadata__: metadata } = JSON.parse(
        bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0)))
      ) as { readonly __metadata__: Record<string, string> }
      expect(Object.keys(metadata).slice(0, 4)).toEqual([
        "format",
        "format_version",
        "summary",
        "summary_digest"
      ])
      const digest = metadata["summary_digest"]!
      const before = bytes.subarray(0, bytes.indexOf(digest))
      expect(digest).toBe(createHash("sha256").update(before).digest("hex"))
      const of = (key: string) => JSON.parse(metadata[key]!) as Record<string, unknown>
      const { metrics, stage } = of("position")
      expect(of("summary")).toEqual({
        run_id: of("run_id"),
        saved_at: of("saved_at"),
        epoch: 3,
        step: 0,
        global_step: 21,
        position: { stage, metrics },
        best: of("best"),
        train_history: of("train_history")
      })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is all that a scan reads", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* place
      const history = Array.from({ length: 1000 }, (_, epoch) => ({
        epoch,
        learning_rate: 0.1,
        seconds: 1,
        val_loss: 1 / (epoch + 1)
      }))
      for (const epoch of [1, 2, 3]) {
        const long = sample(epoch, 1, { train_history: history })
        expect(yield* CheckpointFile.write(`${folder}/${epoch}.safetensors`, long)).toBeGreaterThan(
          80_000
        )
      }
      const done: Array<string> = []
      const counting: FileSystem.FileSystem = {
        ...fs,
        open: (path, options) =>
          Effect.map(
            fs.open(path, options),
            (file) =>
              ({
                __proto__: file,
                read: (buffer: Uint8Array) =>
                  Effect.tap(file.read(buffer), (read) => done.push(`read ${Number(read)}`))
              }) as unknown as FileSystem.File
          ),
        stat: (path) => Effect.tap(fs.stat(path), () => done.push("stat"))
      }
      const { ranked } = yield* onFiles(scan(folder)).pipe(
        Effect.provideService(FileSystem.FileSystem, counting)
      )
      expect(ranked.map(({ meta }) => meta.train_history)).toEqual(
        [1, 2, 3].map(() => history.slice(-1))
      )
      expect(done).toEqual(["read 8192", "read 8192", "read 8192"])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("is done without where there is none", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* place
      yield* fs.copyFile(fixture, `${folder}/old.safetensors`)
      yield* CheckpointFile.write(`${folder}/new.safetensors`, sample(4))
      const { errors, ranked } = yield* scan(folder)
      expect(errors).toEqual([])
      expect(CheckpointEntries.newestFirst(ranked).map(({ name }) => name)).toEqual([
        "new.safetensors",
        "old.safetensors"
      ])
      expect(CheckpointEntries.metricOf(ranked[1]!.meta, "val_loss")).toEqual(Option.some(0.25))
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive.each([
    { name: "damaged", change: replace("val_loss", "val_lost") },
    {
      name: "forged to be no summary",
      change: replace('\\"global_step\\":21', '\\"global_step\\":[]')
    }
  ])("is not believed where it is $name", ({ change, name }) =>
    Effect.gen(function* () {
      const folder = yield* place
      const file = `${folder}/c.safetensors`
      yield* CheckpointFile.write(file, sample(3))
      yield* edit(file, (bytes) => (name === "damaged" ? change(bytes) : forged(bytes, change)))
      const { errors, ranked } = yield* scan(folder)
      expect(ranked).toEqual([])
      expect(errors).toMatchObject([{ path: file, reason: "Damaged" }])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive.each([
    {
      name: "does not say what the fields say",
      lie: (bytes: Buffer) =>
        forged(bytes, replace('\\"global_step\\":21', '\\"global_step\\":99')),
      detail: "its summary does not match its fields"
    },
    {
      name: "has not its digest, though the header has",
      lie: (bytes: Buffer) =>
        sealed(bytes, replace('\\"global_step\\":21', '\\"global_step\\":99')),
      detail: "its summary does not match its digest"
    }
  ])("that $name is damage", ({ detail, lie }) =>
    Effect.gen(function* () {
      const folder = yield* place
      const file = `${folder}/c.safetensors`
      yield* CheckpointFile.write(file, sample(3))
      yield* edit(file, lie)
      for (const look of [CheckpointFile.read(file), CheckpointFile.inspect(file)]) {
        const error = yield* Effect.flip<
          unknown,
          { readonly reason: string; readonly detail: string },
          FileSystem.FileSystem
        >(look)
        expect(error).toMatchObject({ reason: "Damaged", detail })
      }
      const store = yield* CheckpointStore
      const { value, warnings } = yield* warningsOf(store.openReadOnly(folder).latest)
      expect(value).toEqual(Option.none())
      expect(warnings).toContain(`skipped: ${file} is damaged: ${detail}`)
    }).pipe(Effect.provide(layer))
  )
})

describe("a time that is none", () => {
  it.scopedLive("is not saved, and not believed", () =>
    Effect.gen(function* () {
      const folder = yield* place
      const file = `${folder}/c.safetensors`
      const soon = CheckpointFile.write(file, sample(3, 1, { saved_at: "soon" }))
      expect(yield* Effect.flip(soon)).toMatchObject({ reason: "Unencodable" })
      yield* CheckpointFile.write(file, sample(3))
      // would rank first permanently.
      const ever = replace("2026-", "zzzz-")
      yield* edit(file, (bytes) => forged(bytes, (header) => [0, 1].forEach(() => ever(header))))
      const { errors, ranked } = yield* scan(folder)
      expect(ranked).toEqual([])
      expect(errors).toMatchObject([{ path: file, reason: "Damaged" }])
    }).pipe(Effect.provide(layer))
  )
})

describe("damage behind the summary", () => {
  it.scopedLive("is named and skipped, in the latest and in the best", () =>
    Effect.gen(function* () {
      const folder = yield* place
      yield* opened(folder, ({ best, latest, save }) =>
        Effect.gen(function* () {
          yield* save(sample(1, 0.2), "best")
          const { file } = yield* save(sample(2, 0.1), "best")
          yield* damageBehind(file)
          expect((yield* scan(folder)).ranked).toHaveLength(2)
          for (const find of [latest, best]) {
            const { value, warnings } = yield* warningsOf(find)
            expect(Option.getOrThrow(value).meta.epoch).toBe(1)
            expect(warnings).toContain(`skipped: ${file} is damaged`)
          }
        })
      )
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("gives the well-known names to the next intact ones", () =>
    Effect.gen(function* () {
      const folder = yield* place
      const earlier = ({ save }: CheckpointWriter) =>
        Effect.gen(function* () {
          yield* save(sample(1, 0.1), "best")
          yield* save(sample(2, 0.3, { best: lowest }), "latest")
          yield* save(sample(3, 0.05), "best")
          return (yield* save(sample(3, 0.05), "latest")).file
        })
      const file = yield* opened(folder, earlier, { ...Retention.defaults, keep_best: 2 })
      yield* damageBehind(file)
      const { warnings } = yield* warningsOf(opened(folder, () => Effect.void))
      expect(warnings).toContain(`skipped: ${file} is damaged`)
      expect(yield* epochOf(folder, "latest")).toBe(2)
      expect(yield* epochOf(folder, "best")).toBe(1)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("does not give a name to what is damaged in its tensors", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* place
      const files = yield* opened(folder, ({ save }) =>
        Effect.forEach([1, 2, 3], (epoch) => save(sample(epoch, 1, { best: null }), "latest"))
      )
      // As if the process had died before it gave the name to the second.
      yield* fs.remove(`${folder}/${fileNames.latest}`)
      yield* edit(files[2]!.file, (bytes) => {
        bytes[bytes.length - 1] = bytes.at(-1)! ^ 1
      })
      const { warnings } = yield* warningsOf(opened(folder, () => Effect.void))
      expect(warnings).toContain(`skipped: ${files[2]!.file} is damaged`)
      expect(yield* epochOf(folder, "latest")).toBe(2)
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive.each([
    { name: "among those that retention keeps", damaged: 3, left: [4, 2, 1, 3] },
    { name: "among those that it removes", damaged: 2, left: [4, 3, 2] }
  ])("counts for nothing $name, and is left", ({ damaged, left }) =>
    Effect.gen(function* () {
      const folder = yield* place
      const name = (epoch: number) => `epoch-000${epoch}-step-000000.safetensors`
      const earlier = ({ save }: CheckpointWriter) =>
        Effect.gen(function* () {
          yield* save(sample(1, 0.1), "best")
          yield* save(sample(2, 0.5, { best: lowest }), "latest")
          yield* save(sample(3, 0.05), "best")
        })
      yield* opened(folder, earlier, { ...Retention.defaults, keep_best: 2 })
      yield* damageBehind(`${folder}/${name(damaged)}`)
      const save = ({ list, save }: CheckpointWriter) =>
        Effect.zipRight(
          save(sample(4, 0.5, { best: { ...lowest, value: 0.05, epoch: 3 } }), "latest"),
          list
        )
      const { value } = yield* warningsOf(opened(folder, save))
      expect(value.map((one) => one.name)).toEqual(left.map(name))
    }).pipe(Effect.provide(layer))
  )
})
