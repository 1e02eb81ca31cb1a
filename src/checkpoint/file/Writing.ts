import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { createHash, type Hash } from "node:crypto"
import { dirname } from "node:path"
import type { AtomicFile } from "../../file/AtomicFile.js"
import * as Atomic from "../../file/AtomicFile.js"
import * as Header from "../../file/safetensors/Header.js"
import { Space } from "../../file/Space.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError, whileWriting } from "../CheckpointError.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Metadata from "./Metadata.js"
import * as Summary from "./Summary.js"

const encode = (path: string, checkpoint: Checkpoint, metadata: ReadonlyMap<string, string>) =>
  Either.mapLeft(
    Header.encode(metadata, checkpoint.tensors),
    ({ message }) => new CheckpointError({ reason: "Unencodable", path, detail: message })
  )

// Smaller ones would cost a hundred microseconds more each, to change between them and the disk;
// larger ones more memory, and more of the garbage collector's time to have it back.
const bufferLength = 1 << 22

// What was hashed is copied while it is still in the processor's cache.
const partLength = 1 << 18

/** A tensor on its way into the file: the bytes before `at` are hashed. */
interface Passing {
  readonly name: string
  readonly length: number
  readonly view: () => Uint8Array
  readonly hash: Hash
  at: number
}

const open = Effect.fnUntraced(function* (
  path: string,
  checkpoint: Checkpoint,
  [name, { begin, end }]: [string, Header.TensorInfo]
) {
  const tensor = checkpoint.tensors.get(name)
  const bytes = tensor?.view?.() ?? (yield* tensor?.bytes ?? Effect.succeed(new Uint8Array()))
  const length = end - begin
  if (bytes.length !== length) {
    const detail = `${name} has ${bytes.length} bytes of ${length}`
    return yield* new CheckpointError({ reason: "Unencodable", path, detail })
  }
  const view = tensor?.view ?? (() => bytes)
  return { name, length, view, hash: createHash("sha256"), at: 0 } satisfies Passing
})

/**
 * Writes the tensors behind the header, in its order, and gives the digest of each. They pass
 * through two buffers, used again and again: one is written while the other is filled and hashed.
 */
const writeTensors = Effect.fnUntraced(function* (
  path: string,
  file: AtomicFile,
  checkpoint: Checkpoint,
  header: Header.Header
) {
  const digests = new Map<string, string>()
  const size = Math.min(bufferLength, header.fileLength - header.length)
  const buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)]
  const entries = header.tensors.entries()
  let passing: Passing | undefined
  const fill = Effect.fnUntraced(function* (buffer: Uint8Array) {
    let filled = 0
    while (filled < buffer.length || digests.size < header.tensors.size) {
      if (passing === undefined) {
        const next = entries.next()
        if (next.done) break
        passing = yield* open(path, checkpoint, next.value)
      }
      const end = Math.min(buffer.length, filled + partLength)
      const part = passing.view().subarray(passing.at, passing.at + end - filled)
      passing.hash.update(part)
      buffer.set(part, filled)
      passing.at += part.length
      filled += part.length
      if (passing.at === passing.length) {
        digests.set(passing.name, passing.hash.digest("hex"))
        passing = undefined
      } else if (filled === buffer.length) break
    }
    return buffer.subarray(0, filled)
  })
  let full = yield* fill(buffers[0]!)
  for (let turn = 1; full.length > 0; turn = 1 - turn) {
    // In this order: the writing is under way before the hashing takes this thread.
    const next = yield* Effect.all([file.write(full), fill(buffers[turn]!)], { concurrency: 2 })
    full = next[1]
  }
  return digests
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
  const unknown = yield* Either.mapLeft(
    Metadata.encode(checkpoint.meta, checkpoint.tensors.keys()),
    (detail) => new CheckpointError({ reason: "Unencodable", path, detail })
  )
  const { header, bytes } = yield* encode(path, checkpoint, unknown)
  yield* checkSpace(path, header.fileLength)
  const body = Effect.fnUntraced(function* (file: AtomicFile) {
    // The header comes first and is known last: its length is that of one with placeholders.
    yield* file.writeAt(0, bytes)
    const digests = yield* writeTensors(path, file, checkpoint, header)
    const final = yield* encode(path, checkpoint, Metadata.withDigests(unknown, digests))
    Summary.seal(final.bytes)
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
