import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import type { BackendError } from "../../backends/BackendError.js"
import { acquireMemory, memoryLength } from "../../io/directWrite.js"
import { encodeHeader } from "../../io/safetensors/encodeHeader.js"
import type { Header } from "../../io/safetensors/Header.js"
import { t } from "../../language/Text.js"
import type { Unsaved } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"
import { Storage, type ObjectWriter } from "../Storage.js"
import * as Digest from "./Digest.js"
import * as HistoryColumns from "./HistoryColumns.js"
import type { FileTensor } from "./HistoryColumns.js"
import * as Metadata from "./Metadata.js"
import * as Summary from "./Summary.js"

/** All tensors of a file, by name. */
type Tensors = ReadonlyMap<string, FileTensor<BackendError>>

/** Bytes that may move in memory: they are asked for again after each turn of the event loop. */
type MovingBytes = () => Uint8Array

// One half is written while tensors are copied to the other.
const pieceLength = memoryLength / 2

const unencodable = (path: string) => (detail: string) =>
  new CheckpointError({ reason: "Unencodable", path, detail })

const bytesOf = Effect.fnUntraced(function* (
  path: string,
  tensor: FileTensor<BackendError>,
  name: string,
  length: number
) {
  const bytes =
    tensor.view?.() ??
    (yield* Effect.mapError(
      tensor.bytes,
      ({ message }) => new CheckpointError({ reason: "StateLost", path, detail: message })
    ))
  if (bytes.length !== length) {
    return yield* unencodable(path)(t`${name} has ${bytes.length} bytes, ${length} expected`)
  }
  return (tensor.view ?? (() => bytes)) satisfies MovingBytes
})

/** Copies tensors to memory and from there to the file, one after another from `begin` on. */
const copyingTo = Effect.fnUntraced(function* (writer: ObjectWriter, begin: number) {
  const memory = yield* acquireMemory
  let from = begin
  let end = begin
  let written: Effect.Effect<void, CheckpointError> = Effect.void

  /** Starts to write what has been copied, and waits until the other half is written. */
  const flush = Effect.gen(function* () {
    const offset = from % memoryLength
    const write = writer.write(from, memory.subarray(offset, offset + end - from))
    const before = written
    written = Fiber.join(yield* Effect.forkScoped(Effect.zipRight(before, write)))
    from = end
    yield* before
  })

  return {
    /** Copies one tensor; succeeds with the digest of the bytes that are written. */
    put: Effect.fnUntraced(function* (bytes: MovingBytes) {
      const digest = Digest.ofTensor()
      const { length } = bytes()
      for (let at = 0; at < length;) {
        const offset = end % memoryLength
        const part = bytes().subarray(at, at + pieceLength - (offset % pieceLength))
        memory.set(part, offset)
        // Of the copy, which is in the processor's caches.
        digest.update(memory.subarray(offset, offset + part.length))
        at += part.length
        end += part.length
        if (end % pieceLength === 0) yield* flush
      }
      return digest.finish()
    }),
    /** Waits until everything is written. */
    finish: Effect.suspend(() => (end > from ? flush : Effect.void)).pipe(
      Effect.zipRight(Effect.suspend(() => written))
    )
  }
})

/** Writes `tensors` in the order of the header, each at its offset; succeeds with their digests. */
const writeTensors = Effect.fn("CheckpointFile.writeTensors")(function* (
  path: string,
  writer: ObjectWriter,
  tensors: Tensors,
  header: Header
) {
  const { finish, put } = yield* copyingTo(writer, header.length)
  const digests = yield* Effect.forEach(header.tensors, ([name, { begin, end }]) =>
    Effect.map(
      // The header was made of these tensors.
      Effect.flatMap(bytesOf(path, tensors.get(name)!, name, end - begin), put),
      (digest) => [name, digest] as const
    )
  )
  yield* finish
  return new Map(digests)
}, Effect.scoped)

const headerOf = (path: string, tensors: Tensors, metadata: ReadonlyMap<string, string>) =>
  Either.mapLeft(encodeHeader(metadata, tensors), ({ message }) => unencodable(path)(message))

/**
 * Writes `checkpoint` to the storage under `path`, in one pass and without a second copy of its
 * tensors; succeeds with the length. See `Storage.put` for what a crash leaves, and for `ready`.
 */
export const writeCheckpoint = Effect.fn("CheckpointFile.write")(function* (
  path: string,
  checkpoint: Unsaved,
  ready?: Effect.Effect<void, CheckpointError>
) {
  const storage = yield* Storage
  const { meta } = checkpoint
  const history = yield* Either.mapLeft(HistoryColumns.split(meta.train_history), unencodable(path))
  const tensors: Tensors = new Map<string, FileTensor<BackendError>>([
    ...history.tensors,
    ...checkpoint.tensors
  ])
  const draft = yield* Either.mapLeft(
    Metadata.encode({ ...meta, train_history: history.tail }, history.columns, tensors.keys()),
    unencodable(path)
  )
  const { header } = yield* headerOf(path, tensors, draft)
  const bytes = header.fileLength
  yield* storage.put(path, { bytes, ...(ready && { ready }) }, (writer) =>
    Effect.gen(function* () {
      // The header comes first and is known last; it is as long as this one with placeholders.
      const digests = yield* writeTensors(path, writer, tensors, header)
      const final = yield* headerOf(path, tensors, Metadata.withDigests(draft, digests))
      Summary.seal(final.bytes)
      Digest.sealHeader(final.bytes)
      yield* writer.write(0, final.bytes)
    })
  )
  return bytes
})
