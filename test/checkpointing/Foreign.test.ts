import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import { truncateSync } from "node:fs"
import { createServer } from "node:net"
import * as CheckpointFile from "../support/checkpointFile.js"
import { onFiles } from "../support/checkpointFile.js"
import type { CheckpointError } from "../../src/checkpointing/CheckpointError.js"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import { scan } from "../../src/checkpointing/store/FolderScan.js"
import { forged, sealed } from "./forged.js"
import { sample } from "./sample.js"

const layer = Layer.merge(CheckpointStore.file, FileStorage.layer).pipe(
  Layer.provideMerge(NodeFileSystem.layer)
)
const place = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

/** A safetensors file with this header. */
const file = (header: string) => {
  const bytes = Buffer.alloc(8 + header.length)
  bytes.writeBigUInt64LE(BigInt(header.length))
  bytes.write(header, 8, "latin1")
  return bytes
}

/** The file system, which notes how many bytes are read. */
const counting = Effect.map(FileSystem.FileSystem, (fs) => {
  let bytes = 0
  const fileSystem: FileSystem.FileSystem = {
    ...fs,
    open: (path, options) =>
      Effect.map(
        fs.open(path, options),
        (file) =>
          ({
            __proto__: file,
            read: (buffer: Uint8Array) =>
              Effect.tap(file.read(buffer), (read) => void (bytes += Number(read)))
          }) as unknown as FileSystem.File
      )
  }
  return { fileSystem, read: () => bytes }
})

const long = 4_000_000

const foreign = {
  "of another program": [
    file('{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    "a safetensors file of another program"
  ],
  "of many keys": [
    file(`{${Array.from({ length: long / 13 }, (_, i) => `"${String(i).padStart(8, "0")}":1`)}}`),
    "a safetensors file of another program"
  ],
  "nested deeply": [
    file(`{"a":${"[".repeat(long / 2)}${"]".repeat(long / 2)}}`),
    "a safetensors file of another program"
  ],
  "of one long string": [
    file(`{"__metadata__":{"a":"${"x".repeat(long)}"}}`),
    "a safetensors file of another program"
  ],
  "that claims a header of 2^63 bytes": [
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80, 0x78, 0x78]),
    "it does not begin like a safetensors file"
  ],
  "of ZIP": [Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(200)]), "it is a ZIP archive"],
  "of HDF5": [Buffer.concat([Buffer.from("\x89HDF\r\n", "latin1"), Buffer.alloc(9)]), "HDF5"],
  "of zeros": [Buffer.alloc(1000), "all zeros at its beginning"]
} as const

describe("a file that is no checkpoint", () => {
  it.scopedLive.each(Object.entries(foreign))(
    "%s is refused by its beginning",
    ([, [bytes, what]]) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* place
        const path = `${folder}/x.safetensors`
        yield* fs.writeFile(path, bytes)
        const { fileSystem, read } = yield* counting
        const error = yield* Effect.flip(CheckpointFile.inspect(path)).pipe(
          Effect.provideService(FileSystem.FileSystem, fileSystem)
        )
        expect(error.message).toContain("is not a checkpoint of Holdfast")
        expect(error.message).toContain(what)
        const { errors } = yield* onFiles(scan(folder)).pipe(
          Effect.provideService(FileSystem.FileSystem, fileSystem)
        )
        expect(errors).toEqual([error])
        expect(read()).toBeLessThanOrEqual(48 * 1024)
      }).pipe(Effect.provide(layer))
  )

  it.scopedLive(
    "and is a pipe, a socket or a device is refused at once, and not met in a folder",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const store = yield* CheckpointStore
        const folder = yield* place
        const pipe = `${folder}/pipe.safetensors`
        const socket = `${folder}/socket.safetensors`
        execFileSync("mkfifo", [pipe])
        const server = createServer()
        yield* Effect.async<void>((resume) => void server.listen(socket, () => resume(Effect.void)))
        yield* CheckpointFile.write(`${folder}/good.safetensors`, sample(1))
        for (const [path, what] of [
          [pipe, "a named pipe"],
          [socket, "a socket"],
          ["/dev/zero", "a device"]
        ] as const) {
          const text = `it is ${what}, not a regular file`
          const looks: ReadonlyArray<
            Effect.Effect<unknown, CheckpointError, FileSystem.FileSystem>
          > = [store.inspect(path), store.load(path), CheckpointFile.verify(path)]
          for (const look of looks) {
            const error = yield* Effect.flip(look)
            expect(error).toMatchObject({ reason: "NotACheckpoint", detail: text })
          }
          const [verified] = yield* store.verify(path)
          expect(Either.isLeft(verified!.health)).toBe(true)
        }
        const names = ["good.safetensors"]
        expect((yield* scan(folder)).ranked.map(({ name }) => name)).toEqual(names)
        expect((yield* store.list(folder)).map(({ name }) => name)).toEqual(names)
        expect((yield* store.verify(folder)).map(({ name }) => name)).toEqual(names)
        expect(yield* fs.exists(pipe)).toBe(true)
        server.close()
      }).pipe(Effect.provide(layer))
  )
})

describe("a checkpoint that means harm", () => {
  it.scopedLive("nests its config too deeply: refused before that is parsed", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* place}/x.safetensors`
      const length = 1_000_000
      yield* CheckpointFile.write(path, sample(1, 1, { config: { text: "x".repeat(length) } }))
      const bytes = sealed(yield* fs.readFile(path), (file) => {
        const at = file.indexOf('\\"xxx')
        file.fill("[", at, at + length / 2)
        file.fill("]", at + length / 2, at + length + 4)
      })
      yield* fs.writeFile(path, bytes)
      const error = yield* Effect.flip(CheckpointFile.inspect(path))
      expect(error).toMatchObject({
        reason: "Damaged",
        detail: "config is more than 258 levels deep"
      })
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("says that its tensors are larger than any memory: no defect", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* place}/x.safetensors`
      yield* CheckpointFile.write(path, {
        ...sample(1),
        tensors: new Map([
          ["w", { dtype: "U8", shape: [1], bytes: Effect.succeed(Uint8Array.of(7)) }]
        ])
      })
      const terabytes = 2 ** 42
      const text = Buffer.from(yield* fs.readFile(path))
        .subarray(0, -1)
        .toString("latin1")
      const grown = text
        .replace(
          '"shape":[1],"data_offsets":[0,1]',
          `"shape":[${terabytes}],"data_offsets":[0,${terabytes}]`
        )
        .padEnd(text.length + 32)
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(grown.length - 8))
      const bad = forged(Buffer.from(grown, "latin1"), (file) => void length.copy(file))
      yield* fs.writeFile(path, bad)
      truncateSync(path, bad.length + terabytes)
      const error = yield* Effect.flip(CheckpointFile.read(path))
      expect(error).toMatchObject({
        reason: "Unreadable",
        detail: `its tensors take ${terabytes} bytes, more than the memory available`
      })
    }).pipe(Effect.provide(layer))
  )
})
