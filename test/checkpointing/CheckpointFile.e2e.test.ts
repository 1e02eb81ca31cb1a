import { safetensors as reader } from "@jax-js/loaders"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { basename, dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { BackendError } from "../../src/backends/BackendError.js"
import type { Checkpoint } from "../../src/checkpointing/Checkpoint.js"
import * as CheckpointFile from "../support/checkpointFile.js"
import * as Safetensors from "../support/safetensors.js"
import { digestOf } from "../support/checkpoints.js"
import { content, sample, tensor } from "./sample.js"

const withFile = <A, E>(
  body: (file: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* body(`${yield* fs.makeTempDirectoryScoped()}/c.safetensors`, fs)
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const reasonOf = (file: string) =>
  Effect.map(
    Effect.either(CheckpointFile.read(file)),
    Either.match({ onLeft: ({ reason }) => reason as string, onRight: () => "intact" })
  )

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** Longer than what is read or written at a time. */
const large: Checkpoint = {
  meta: sample(1).meta,
  tensors: new Map([
    ["large", tensor(1, 1_200_000)],
    ["small", tensor(2, 1)],
    ["exact", tensor(3, 1 << 18)]
  ])
}

/** Tensors that end before, at and after the ends of pieces, in a file of some 13 MiB. */
const many: Checkpoint = {
  meta: sample(1).meta,
  tensors: new Map(
    [0, 1, 300, 1_048_000, 1_000, 0, 1 << 20, 77, 1_200_000, 3].map((size, i) => [
      `tensor ${i}`,
      tensor(i, size)
    ])
  )
}

/** How the digests of the fixtures begin: the sha256s of the tensors, in the first version. */
const sha256s = new Map([
  ["model_state_dict.__proto__", "e3b0c44298fc1c14"],
  ["model_state_dict.dense/bias", "0792f724053dade8"],
  ["model_state_dict.dense/kernel", "d51f47260d9812f6"],
  ["optimizer_state_dict.step", "9d9f290527a6be62"],
  ["model_state_dict.levels", "b3c6a387ef377d30"],
  ["model_state_dict.mask", "85f90dfea1d8027e"]
])

/** The same in the second version, which a long tensor was added to. */
const sha256sOfLeaves = new Map([
  ["model_state_dict.__proto__", "e3b0c44298fc1c14"],
  ["model_state_dict.dense/bias", "bd52f5080a1b79c8"],
  ["model_state_dict.dense/kernel", "050ca7e85213e873"],
  ["model_state_dict.long", "f521ef4d47514e34"],
  ["optimizer_state_dict.step", "9953051d0daf3639"],
  ["model_state_dict.levels", "0b2a40f2ecd8d7f4"],
  ["model_state_dict.mask", "7422843db83dd58a"]
])

/** The same in the third version. */
const gmacs = new Map([
  ["model_state_dict.__proto__", "58e2fccefa7e3061"],
  ["model_state_dict.dense/bias", "921e561444b41ff4"],
  ["model_state_dict.dense/kernel", "12e7660a3a0adbe4"],
  ["model_state_dict.long", "8fedd508cfa4d955"],
  ["optimizer_state_dict.step", "96a98c552e129c79"],
  ["model_state_dict.levels", "7eff6ffd97e417ef"],
  ["model_state_dict.mask", "8a209d933ba922c6"]
])

/** The columns of the long history in the fourth. */
const columns = new Map([
  ["train_history.early", "ff148566f2922e6e"],
  ["train_history.epoch", "fd25f727bc601b29"],
  ["train_history.learning_rate", "fd61b6b705395123"],
  ["train_history.seconds", "e3af2c5f16cd7b5f"],
  ["train_history.train_loss", "a65107b8f57e7547"],
  ["train_history.val_loss", "cf01fb3336c20b64"]
])

describe("CheckpointFile", () => {
  it.live("gives back what it saved, to the bit", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const length = yield* CheckpointFile.write(file, sample(3))
        expect(yield* content(yield* CheckpointFile.read(file))).toStrictEqual(
          yield* content(sample(3))
        )
        expect((yield* CheckpointFile.inspect(file)).bytes).toBe(length)
      })
    )
  )

  it.live.each<[string, Checkpoint]>([
    ["longer than one piece", large],
    ["of all lengths, over several pieces", many]
  ])("saves tensors %s", ([, checkpoint]) =>
    withFile((file) =>
      Effect.gen(function* () {
        yield* CheckpointFile.write(file, checkpoint)
        const read = yield* content(yield* CheckpointFile.read(file))
        expect(read.tensors).toStrictEqual((yield* content(checkpoint)).tensors)
      })
    )
  )

  it.live("finds damage wherever it is in a tensor", () =>
    withFile((file, fs) =>
      Effect.gen(function* () {
        yield* CheckpointFile.write(file, many)
        const good = yield* fs.readFile(file)
        const { tensors } = Either.getOrThrow(Safetensors.decode(good))
        const { byteOffset, length } = tensors.get("tensor 6")!.bytes
        for (const at of [0, 15, 16, 65_536, 3_000_000, length - 1]) {
          const bad = Buffer.from(good)
          bad[byteOffset + at]! ^= 4
          yield* fs.writeFile(file, bad)
          const error = yield* Effect.flip(CheckpointFile.read(file))
          expect(error.reason).toBe("Damaged")
          expect(error.detail).toMatch(/^not as they were saved: tensor 6 \(bytes \d+ to \d+\)$/)
        }
      })
    )
  )

  it.live("saves tensors from where they lie, though that moves", () =>
    withFile((file) =>
      Effect.gen(function* () {
        const values = Float32Array.from({ length: 5_000_001 }, (_, i) => Math.sin(i))
        let last = new Uint8Array(values.buffer.slice(0))
        let looks = 0
        const view = () => {
          looks += 1
          if (looks % 3 === 0) {
            // As with memory that has grown, what was seen before is gone.
            last.fill(0)
            last = new Uint8Array(values.buffer.slice(0))
          }
          return last
        }
        const bytes = Effect.die("there is no need of a copy")
        const large = { dtype: "F32" as const, shape: [values.length], bytes, view }
        yield* CheckpointFile.write(file, {
          meta: sample(1).meta,
          tensors: new Map([
            ["large", large],
            ["small", tensor(2, 1)],
            ["none", tensor(3, 0)]
          ])
        })
        const { tensors } = yield* CheckpointFile.read(file)
        const read = yield* tensors.get("large")!.bytes
        expect(Buffer.compare(read, new Uint8Array(values.buffer))).toBe(0)
        expect((yield* tensors.get("small")!.bytes).length).toBe(4)
      })
    )
  )

  it.live("is a safetensors file with a digest of everything, as the format says", () =>
    withFile((file, fs) =>
      Effect.gen(function* () {
        yield* CheckpointFile.write(file, sample(3))
        const bytes = yield* fs.readFile(file)
        const { metadata, tensors } = Either.getOrThrow(Safetensors.decode(bytes))
        expect(metadata.get("format")).toBe("holdfast")
        expect(JSON.parse(metadata.get("epoch") ?? "")).toBe(3)
        expect(JSON.parse(metadata.get("train_history") ?? "")[0].train_loss).toBe("NaN")
        const digests = JSON.parse(metadata.get("tensor_digests") ?? "")
        for (const [name, one] of tensors) {
          expect(Object.getOwnPropertyDescriptor(digests, name)?.value).toBe(digestOf(one.bytes))
        }
        const digest = metadata.get("header_digest") ?? ""
        const header = Buffer.from(bytes.subarray(0, [...tensors.values()][0]?.bytes.byteOffset))
        header.write("0".repeat(64), header.indexOf(digest), "latin1")
        expect(digest).toBe(sha256(header))
        const info = yield* CheckpointFile.inspect(file)
        expect(info.tensors.map(({ digest, name }) => [name, digest])).toEqual(
          [...tensors].map(([name, one]) => [name, digestOf(one.bytes)])
        )
      })
    )
  )

  it.live("is read by an independent reader", () =>
    withFile((file, fs) =>
      Effect.gen(function* () {
        yield* CheckpointFile.write(file, sample(3))
        const read = reader.parse((yield* fs.readFile(file)) as Uint8Array<ArrayBuffer>)
        expect(read.tensors["model_state_dict.dense/kernel"]).toMatchObject({
          dtype: "F32",
          shape: [64],
          data: Float32Array.from({ length: 64 }, (_, i) => Math.sin(3 + i))
        })
        expect(read.metadata?.["epoch"]).toBe("3")
      })
    )
  )

  it.live("says what is wrong, and where", () =>
    withFile((file, fs) =>
      Effect.gen(function* () {
        const folder = file.replace(/\/[^/]*$/, "")
        yield* CheckpointFile.write(file, sample(3))
        const good = yield* fs.readFile(file)
        const { length } = { length: Number(new DataView(good.buffer).getBigUint64(0, true)) + 8 }
        const change = (edit: (bytes: Buffer) => Uint8Array) =>
          Effect.zipRight(fs.writeFile(file, edit(Buffer.from(good))), reasonOf(file))
        const replace = (from: string, to: string) =>
          change((bytes) => {
            bytes.write(to, bytes.indexOf(from), "latin1")
            return bytes
          })
        expect(yield* reasonOf(`${folder}/none`)).toBe("NotFound")
        expect(yield* reasonOf(folder)).toBe("Unreadable")
        expect(yield* change(() => new Uint8Array())).toBe("Truncated")
        expect(yield* change((bytes) => bytes.subarray(0, length))).toBe("Truncated")
        expect(yield* change((bytes) => Buffer.concat([bytes, Buffer.from([0])]))).toBe("Damaged")
        expect(yield* change(() => Buffer.from("RIFF....WAVEfmt"))).toBe("NotACheckpoint")
        expect(yield* replace('"epoch":"3"', '"epoch":"4"')).toBe("Damaged")
        const foreign = Either.getOrThrow(
          Safetensors.encode({ metadata: new Map(), tensors: new Map() })
        )
        expect(yield* change(() => foreign)).toBe("NotACheckpoint")
        yield* change((bytes) => {
          bytes[bytes.length - 1] = 1 ^ (bytes.at(-1) ?? 0)
          return bytes
        })
        const error = yield* Effect.flip(CheckpointFile.read(file))
        expect(error.reason).toBe("Damaged")
        expect(error.message).toContain(file)
        expect(error.message).toContain(`model_state_dict.mask (bytes ${good.length - 3} to`)
        expect(yield* Effect.isSuccess(CheckpointFile.inspect(file))).toBe(true)
      })
    )
  )

  it.live.each<[string, number, ReadonlyMap<string, string>]>([
    ["version-1", 1, sha256s],
    ["version-1-with-summary", 1, sha256s],
    ["version-2", 2, sha256sOfLeaves],
    ["version-3", 3, gmacs],
    ["version-4", 4, new Map([...gmacs, ...columns])]
  ])("reads what was written as %s", ([name, format_version, beginnings]) =>
    Effect.gen(function* () {
      const file = fileURLToPath(new URL(`fixtures/${name}.safetensors`, import.meta.url))
      const { meta, tensors } = yield* CheckpointFile.read(file)
      expect(meta).toMatchObject({ format_version, epoch: 3, global_step: 21, backend: "wasm" })
      const record = { epoch: 3, learning_rate: 0.01, seconds: 1, val_loss: 0.25, train_loss: NaN }
      expect(meta.train_history).toStrictEqual(
        format_version < 4
          ? [record]
          : Array.from({ length: 1100 }, (_, i) => ({
              ...record,
              epoch: i + 1,
              val_loss: 1 / (i + 1),
              ...(i < 9 ? { early: i } : {})
            }))
      )
      expect(meta.stage_states).toStrictEqual({ "early stopping": { best: Infinity, wait: 2 } })
      expect(meta.optimizer_state_dict).toStrictEqual({ iterations: 21, momentum: -0 })
      const bias = yield* tensors.get("model_state_dict.dense/bias")!.bytes
      const sines = [3.5, 4.5, 5.5].map(Math.sin)
      expect(new Float32Array(bias.slice().buffer)).toStrictEqual(Float32Array.from(sines))
      const info = yield* CheckpointFile.inspect(file)
      const found = info.tensors.map(({ digest, name }) => [name, digest.slice(0, 16)] as const)
      expect(new Map(found)).toEqual(beginnings)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("refuses a newer format by its version", () =>
    withFile((file, fs) =>
      Effect.gen(function* () {
        yield* CheckpointFile.write(file, sample(3))
        const bytes = Buffer.from(yield* fs.readFile(file))
        const digest = /"header_digest":"(\w+)"/.exec(bytes.toString("latin1"))?.[1] ?? ""
        bytes.write('"format_version":"5"', bytes.indexOf('"format_version":"3"'), "latin1")
        const end = Number(bytes.readBigUInt64LE(0)) + 8
        bytes.write("0".repeat(64), bytes.indexOf(digest), "latin1")
        bytes.write(sha256(bytes.subarray(0, end)), bytes.indexOf("0".repeat(64)), "latin1")
        yield* fs.writeFile(file, bytes)
        expect(yield* reasonOf(file)).toBe("UnsupportedVersion")
      })
    )
  )

  it.live(
    "refuses state that it could not give back, or cannot read, and leaves the old file",
    () =>
      withFile((file, fs) =>
        Effect.gen(function* () {
          yield* CheckpointFile.write(file, sample(1))
          const map = sample(2, 1, { stage_states: { mine: { seen: new Map() } } })
          const error = yield* Effect.flip(CheckpointFile.write(file, map))
          expect(error.reason).toBe("Unencodable")
          expect(error.message).toContain("stage_states.mine.seen: an instance of Map")
          const short = new Map([["t", { ...tensor(1, 3), shape: [4] }]])
          const other = yield* Effect.flip(
            CheckpointFile.write(file, { meta: sample(2).meta, tensors: short })
          )
          expect(other.message).toContain("t has 12 bytes, 16 expected")
          const detail = "it was unplugged"
          const fault = new BackendError({ reason: "Failed", subject: "webgpu", detail })
          const lost = new Map([["t", { ...tensor(1, 3), bytes: Effect.fail(fault) }]])
          const third = yield* Effect.flip(
            CheckpointFile.write(file, { meta: sample(2).meta, tensors: lost })
          )
          expect(third.reason).toBe("StateLost")
          expect(third.message).toContain(fault.message)
          expect(yield* fs.readDirectory(dirname(file))).toStrictEqual([basename(file)])
          expect((yield* CheckpointFile.inspect(file)).meta.epoch).toBe(1)
        })
      )
  )
})
