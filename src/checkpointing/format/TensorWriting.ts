import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { AtomicFile } from "../../io/AtomicFile.js"
import * as AlignedBuffer from "../../io/AlignedBuffer.js"
import type * as Header from "../../io/safetensors/Header.js"
import type { BackendError } from "../../backends/BackendError.js"
import { t } from "../../language/Text.js"
import type { FileTensor } from "./HistoryColumns.js"
import { CheckpointError, whileComputing } from "../CheckpointError.js"
import * as TensorDigest from "./TensorDigest.js"

// So much is written at once, while as much is being copied to the other half of memory.
const pieceLength = AlignedBuffer.length / 2

/** All tensors of a file, by their names. */
export type Tensors = ReadonlyMap<string, FileTensor<BackendError>>

/** Bytes that may move: they are to be asked for again after each turn of the event loop. */
type Bytes = () => Uint8Array

const bytesOf = Effect.fnUntraced(function* (
  path: string,
  tensors: Tensors,
  name: string,
  length: number
) {
  // The header has been made of them.
  const tensor = tensors.get(name)!
  const bytes = tensor.view?.() ?? (yield* Effect.mapError(tensor.bytes, whileComputing(path)))
  if (bytes.length !== length) {
    const detail = t`${name} has ${bytes.length} bytes of ${length}`
    return yield* new CheckpointError({ reason: "Unencodable", path, detail })
  }
  return (tensor.view ?? (() => bytes)) satisfies Bytes
})

/** Copies tensors to memory, each byte to its place by its offset in the file, from `begin` on. */
const through = Effect.fnUntraced(function* (file: AtomicFile, begin: number) {
  const memory = yield* AlignedBuffer.acquire
  let from = begin
  let end = begin
  let written: Effect.Effect<void, PlatformError> = Effect.void

  /** Begins to write what has been copied, and waits until the other half is written. */
  const flush = Effect.gen(function* () {
    const offset = from % memory.length
    const write = file.writePages(from, memory.subarray(offset, offset + end - from))
    const before = written
    written = Fiber.join(yield* Effect.forkScoped(Effect.zipRight(before, write)))
    from = end
    yield* before
  })

  return {
    /** Takes one tensor; gives the digest of what will be written. */
    put: Effect.fnUntraced(function* (bytes: Bytes) {
      const digest = TensorDigest.make()
      const { length } = bytes()
      for (let at = 0; at < length;) {
        const offset = end % memory.length
        const part = bytes().subarray(at, at + pieceLength - (offset % pieceLength))
        memory.set(part, offset)
        // Of the copy, which the processor's caches still hold.
        digest.update(memory.subarray(offset, offset + part.length))
        at += part.length
        end += part.length
        if (end % pieceLength === 0) yield* flush
      }
      return digest.finish()
    }),
    /** Waits until all is written. */
    finish: Effect.suspend(() => (end > from ? flush : Effect.void)).pipe(
      Effect.zipRight(Effect.suspend(() => written))
    )
  }
})

/**
 * Writes `tensors` to where the header says, in its order, and gives the digest
 * of each.
 */
export const writeTensors = Effect.fn("CheckpointFile.writeTensors")(function* (
  path: string,
  file: AtomicFile,
  tensors: Tensors,
  header: Header.Header
) {
  const { finish, put } = yield* through(file, header.length)
  const digests = yield* Effect.forEach(header.tensors, ([name, { begin, end }]) =>
    Effect.map(
      Effect.flatMap(bytesOf(path, tensors, name, end - begin), put),
      (digest) => [name, digest] as const
    )
  )
  yield* finish
  return new Map(digests)
}, Effect.scoped)
