import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { dirname } from "node:path"
import type { AtomicFile } from "../../file/AtomicFile.js"
import * as Atomic from "../../file/AtomicFile.js"
import * as Header from "../../file/safetensors/Header.js"
import * as Sha256 from "../../file/Sha256.js"
import { Space } from "../../file/Space.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError, whileWriting } from "../CheckpointError.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Metadata from "./Metadata.js"
import { pieces } from "./Pieces.js"

// Short tensors are written together, which takes one copy of so many bytes.
const batch = 1 << 20

/** Writes small stretches of bytes together. What it is given must not change until `flush`. */
const batching = (file: AtomicFile) => {
  let waiting: Array<Uint8Array> = []
  let length = 0
  const flush: Effect.Effect<void, PlatformError> = Effect.suspend(() => {
    if (length === 0) return Effect.void
    const together = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting, length)
    waiting = []
    length = 0
    return Effect.forEach(pieces(together), file.write, { discard: true })
  })
  const write = (bytes: Uint8Array): Effect.Effect<void, PlatformError> =>
    Effect.suspend(() => {
      const before = bytes.length < batch ? Effect.void : flush
      return Effect.flatMap(before, () => {
        waiting.push(bytes)
        length += bytes.length
        return length < batch ? Effect.void : flush
      })
    })
  return { write, flush }
}

const encode = (path: string, checkpoint: Checkpoint, metadata: ReadonlyMap<string, string>) =>
  Either.mapLeft(
    Header.encode(metadata, checkpoint.tensors),
    ({ message }) => new CheckpointError({ reason: "Unencodable", path, detail: message })
  )

/** Writes the tensors behind the header, hashing each while it is written. */
const writeTensors = Effect.fnUntraced(function* (
  path: string,
  file: AtomicFile,
  checkpoint: Checkpoint,
  header: Header.Header
) {
  const digests = new Map<string, string>()
  const { write, flush } = batching(file)
  for (const [name, { begin, end }] of header.tensors) {
    const bytes = yield* checkpoint.tensors.get(name)?.bytes ?? Effect.succeed(new Uint8Array())
    if (bytes.length !== end - begin) {
      const detail = `${name} has ${bytes.length} bytes of ${end - begin}`
      return yield* new CheckpointError({ reason: "Unencodable", path, detail })
    }
    const [digest] = yield* Effect.all([Sha256.of(bytes), write(bytes)], { concurrency: 2 })
    digests.set(name, digest)
  }
  yield* flush
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
 * Writes `checkpoint` to the file at `path`, in one pass and with no second copy of its tensors
 * but of the one being hashed; succeeds with the file's length. A crash leaves what was there
 * before, or the whole checkpoint; which, is certain only after `Folder.sync`.
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
