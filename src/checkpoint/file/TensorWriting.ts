import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { AtomicFile } from "../../file/AtomicFile.js"
import * as PageMemory from "../../file/PageMemory.js"
import type * as Header from "../../file/safetensors/Header.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"
import * as TensorDigest from "./TensorDigest.js"

// So much is written and hashed at once, while as much is being copied to the other half of memory.
const pieceLength = PageMemory.length / 2

/** Bytes that may move: they are to be asked for again after each turn of the event loop. */
type Bytes = () => Uint8Array

const bytesOf = Effect.fnUntraced(function* (
  path: string,
  { tensors }: Checkpoint,
  name: string,
  length: number
) {
  const tensor = tensors.get(name)
  const bytes = tensor?.view?.() ?? (yield* tensor?.bytes ?? Effect.succeed(new Uint8Array()))
  if (bytes.length !== length) {
    const detail = `${name} has ${bytes.length} bytes of ${length}`
    return yield* new CheckpointError({ reason: "Unencodable", path, detail })
  }
  return (tensor?.view ?? (() => bytes)) satisfies Bytes
})

/** Copies tensors to memory, each byte to its place by its offset in the file, from `begin` on. */
const through = Effect.fnUntraced(function* (file: AtomicFile, begin: number) {
  const memory = yield* PageMemory.acquire
  let from = begin
  let end = begin
  let written: Effect.Effect<void, PlatformError> = Effect.void
  let hashing: Array<Promise<void>> = []
  let hashed: Effect.Effect<unknown> = Effect.void

  /** Begins to write what has been copied, and waits until the other half is written and hashed. */
  const flush = Effect.gen(function* () {
    const offset = from % memory.length
    const write = file.writePages(from, memory.subarray(offset, offset + end - from))
    const before = Effect.zipRight(written, hashed)
    written = Fiber.join(yield* Effect.forkScoped(Effect.zipRight(written, write)))
    const hashes = Promise.all(hashing)
    hashed = Effect.promise(() => hashes)
    hashing = []
    from = end
    yield* before
  })

  return {
    /** Takes one tensor; gives the sums of its leaves, which are known when all is finished. */
    put: Effect.fnUntraced(function* (bytes: Bytes) {
      const { length } = bytes()
      const sums = TensorDigest.make(length)
      for (let at = 0; at < length;) {
        const now = bytes()
        const leaf = at % TensorDigest.leafLength
        if (leaf === 0) hashing.push(TensorDigest.hashElsewhere(sums, now, at))
        const left = Math.min(TensorDigest.leafLength - leaf, pieceLength - (end % pieceLength))
        const part = now.subarray(at, at + left)
        memory.set(part, end % memory.length)
        at += part.length
        end += part.length
        if (end % pieceLength === 0) yield* flush
      }
      return sums
    }),
    /** Waits until all is written and hashed. */
    finish: Effect.suspend(() => (end > from ? flush : Effect.void)).pipe(
      Effect.zipRight(Effect.suspend(() => Effect.zipRight(written, hashed)))
    )
  }
})

/**
 * Writes the tensors of `checkpoint` to where the header says, in its order, and gives the digest
 * of each.
 */
export const writeTensors = Effect.fn("CheckpointFile.writeTensors")(function* (
  path: string,
  file: AtomicFile,
  checkpoint: Checkpoint,
  header: Header.Header
) {
  const { finish, put } = yield* through(file, header.length)
  const sums = yield* Effect.forEach(header.tensors, ([name, { begin, end }]) =>
    Effect.flatMap(bytesOf(path, checkpoint, name, end - begin), put)
  )
  yield* finish
  const names = [...header.tensors.keys()]
  return new Map(names.map((name, nth) => [name, TensorDigest.ofLeaves(sums[nth]!)]))
}, Effect.scoped)
