import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { dirname } from "node:path"
import type { AtomicFile } from "../file/AtomicFile.js"
import * as Atomic from "../file/AtomicFile.js"
import * as Folder from "../file/Folder.js"
import * as OpenFile from "../file/OpenFile.js"
import * as Header from "../file/safetensors/Header.js"
import { Space } from "../file/Space.js"
import type { Checkpoint, CheckpointMeta, CheckpointTensor, DType } from "./Checkpoint.js"
import { CheckpointError, whileWriting } from "./CheckpointError.js"
import * as HeaderDigest from "./file/HeaderDigest.js"
import type { Digests } from "./file/Metadata.js"
import * as Metadata from "./file/Metadata.js"
import * as Opened from "./file/Opened.js"
import { pieces } from "./file/Pieces.js"

/** What a checkpoint's file says of itself in its header. */
export interface CheckpointInfo {
  readonly meta: CheckpointMeta
  /** The length of the file. */
  readonly bytes: number
  readonly tensors: ReadonlyArray<TensorInfo>
}

/** A tensor of a checkpoint's file; `bytes` is its length. */
export interface TensorInfo {
  readonly name: string
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
  readonly bytes: number
  readonly sha256: string
}

const layOut = (path: string, checkpoint: Checkpoint, digests: Digests) =>
  Metadata.encode({ meta: checkpoint.meta, digests }).pipe(
    Either.flatMap((metadata) =>
      Either.mapLeft(Header.encode(metadata, checkpoint.tensors), (error) => error.message)
    ),
    Either.mapLeft((detail) => new CheckpointError({ reason: "Unencodable", path, detail }))
  )

// The operating system writes one piece while the next line hashes it.
const writeTensor = (file: AtomicFile, bytes: Uint8Array) =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    for (const piece of pieces(bytes)) {
      yield* Effect.all([file.write(piece), Effect.sync(() => hash.update(piece))], {
        concurrency: 2,
        discard: true
      })
    }
    return hash.digest("hex")
  })

// A file takes a little more than its length: its entry in the folder, and the map of its blocks.
const overhead = 64 * 1024

const checkSpace = Effect.fnUntraced(function* (path: string, length: number) {
  const space = yield* Space
  const available = yield* space.available(dirname(path))
  if (Option.exists(available, (bytes) => bytes < length + overhead)) {
    const detail = `it takes ${length + overhead} bytes of ${Option.getOrThrow(available)} left`
    return yield* new CheckpointError({ reason: "NoSpace", path, detail })
  }
})

/**
 * Writes `checkpoint` to the file at `path`, in one pass and with no second copy of its tensors;
 * succeeds with the file's length. A crash leaves what was there before, or the whole checkpoint;
 * which, is certain only after `Folder.sync`.
 */
export const place = Effect.fn("CheckpointFile.place")(function* (
  path: string,
  checkpoint: Checkpoint
) {
  const unknown = new Map(
    [...checkpoint.tensors.keys()].map((name) => [name, HeaderDigest.placeholder])
  )
  const { header, bytes } = yield* layOut(path, checkpoint, unknown)
  yield* checkSpace(path, header.fileLength)
  const body = Effect.fnUntraced(function* (file: AtomicFile) {
    const digests = new Map(unknown)
    // The header comes first and is known last: its length is that of one with placeholders.
    yield* file.writeAt(0, bytes)
    for (const [name, { begin, end }] of header.tensors) {
      const tensor = yield* checkpoint.tensors.get(name)?.bytes ?? Effect.succeed(new Uint8Array())
      if (tensor.length !== end - begin) {
        const detail = `${name} has ${tensor.length} bytes of ${end - begin}`
        return yield* new CheckpointError({ reason: "Unencodable", path, detail })
      }
      digests.set(name, yield* writeTensor(file, tensor))
    }
    const final = yield* layOut(path, checkpoint, digests)
    HeaderDigest.seal(final.bytes)
    yield* file.writeAt(0, final.bytes)
    return header.fileLength
  })
  return yield* Atomic.place(path, body).pipe(
    Effect.mapError((error) =>
      error._tag === "CheckpointError" ? error : whileWriting(path)(error)
    )
  )
})

/** Writes `checkpoint` as `place` does, and makes its name durable too. */
export const write = (
  path: string,
  checkpoint: Checkpoint
): Effect.Effect<number, CheckpointError, FileSystem.FileSystem> =>
  Effect.zipLeft(
    place(path, checkpoint),
    Effect.mapError(Folder.sync(dirname(path)), whileWriting(path))
  ).pipe(Effect.withSpan("CheckpointFile.write"))

/** Reads and verifies the header of the checkpoint at `path`, and the length of its file. */
export const inspect = (
  path: string
): Effect.Effect<CheckpointInfo, CheckpointError, FileSystem.FileSystem> =>
  Opened.use(path, (_, { header, meta, digests }) =>
    Effect.succeed({
      meta,
      bytes: header.fileLength,
      tensors: [...header.tensors].map(([name, { dtype, shape, begin, end }]) => ({
        name,
        dtype: dtype as DType,
        shape,
        bytes: end - begin,
        sha256: digests.get(name) ?? ""
      }))
    })
  ).pipe(Effect.withSpan("CheckpointFile.inspect"))

// Hashes what has been read, tensor by tensor, and collects those that are not as they were saved.
const makeVerifier = ({ header, digests }: Opened.Opened, data: Uint8Array) => {
  const damaged: Array<string> = []
  const tensors = header.tensors.entries()
  let current = tensors.next()
  let hash = createHash("sha256")
  let at = 0
  const advance = (end: number) => {
    while (current.done !== true) {
      const [name, info] = current.value
      const stop = info.end - header.length
      hash.update(data.subarray(at, Math.min(stop, end)))
      at = Math.min(stop, end)
      if (stop > end) return
      if (hash.digest("hex") !== digests.get(name)) {
        damaged.push(`${name} (bytes ${info.begin} to ${info.end})`)
      }
      hash = createHash("sha256")
      current = tensors.next()
    }
  }
  return { advance, damaged }
}

const readData = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  found: Opened.Opened
) {
  const data = new Uint8Array(found.header.fileLength - found.header.length)
  const { advance, damaged } = makeVerifier(found, data)
  let end = 0
  for (const piece of pieces(data)) {
    // The operating system reads one piece while the one before it is hashed.
    const [read] = yield* Effect.all(
      [OpenFile.fill(file, piece), Effect.sync(() => advance(end))],
      { concurrency: 2 }
    )
    if (read < piece.length) {
      const detail = "the file became shorter while it was read"
      return yield* new CheckpointError({ reason: "Truncated", path, detail })
    }
    end += piece.length
  }
  advance(end)
  if (damaged.length === 0) return data
  const detail = `these tensors are not as they were saved: ${damaged.join(", ")}`
  return yield* new CheckpointError({ reason: "Damaged", path, detail })
})

/**
 * Reads the checkpoint at `path` and verifies every byte of it. The bytes of its tensors are views
 * of one buffer, each aligned for its type.
 */
export const read = (
  path: string
): Effect.Effect<Checkpoint, CheckpointError, FileSystem.FileSystem> =>
  Opened.use(path, (file, found) =>
    Effect.map(readData(path, file, found), (data): Checkpoint => {
      const { length, tensors } = found.header
      const restored = [...tensors].map(([name, { dtype, shape, begin, end }]) => {
        const bytes = Effect.succeed(data.subarray(begin - length, end - length))
        return [name, { dtype: dtype as DType, shape, bytes }] as const
      })
      return { meta: found.meta, tensors: new Map<string, CheckpointTensor>(restored) }
    })
  ).pipe(Effect.withSpan("CheckpointFile.read"))
