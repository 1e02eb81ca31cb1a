import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { dirname } from "node:path"
import * as Atomic from "../../file/AtomicFile.js"
import * as Header from "../../file/safetensors/Header.js"
import { Space } from "../../file/Space.js"
import type { Unsaved } from "../Checkpoint.js"
import { CheckpointError, whileWriting } from "../CheckpointError.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Metadata from "./Metadata.js"
import * as Summary from "./Summary.js"
import { writeTensors } from "./TensorWriting.js"

const encode = (path: string, checkpoint: Unsaved, metadata: ReadonlyMap<string, string>) =>
  Either.mapLeft(
    Header.encode(metadata, checkpoint.tensors),
    ({ message }) => new CheckpointError({ reason: "Unencodable", path, detail: message })
  )

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
 * which, is certain only after `Folder.sync`. `ready` comes right before the file gets its name: if
 * it fails, there is none.
 */
export const place = Effect.fn("CheckpointFile.place")(function* (
  path: string,
  checkpoint: Unsaved,
  ready: Effect.Effect<void, CheckpointError> = Effect.void
) {
  const unknown = yield* Either.mapLeft(
    Metadata.encode(checkpoint.meta, checkpoint.tensors.keys()),
    (detail) => new CheckpointError({ reason: "Unencodable", path, detail })
  )
  const { header } = yield* encode(path, checkpoint, unknown)
  yield* checkSpace(path, header.fileLength)
  return yield* Atomic.place(
    path,
    Effect.fnUntraced(function* (file) {
      // The header comes first and is known last; it is as long as this one with placeholders.
      const digests = yield* writeTensors(path, file, checkpoint, header)
      const final = yield* encode(path, checkpoint, Metadata.withDigests(unknown, digests))
      Summary.seal(final.bytes)
      HeaderDigest.seal(final.bytes)
      yield* file.writeAt(0, final.bytes)
      return header.fileLength
    }),
    ready
  ).pipe(
    Effect.mapError((error) =>
      error._tag === "CheckpointError" ? error : whileWriting(path)(error)
    )
  )
})
