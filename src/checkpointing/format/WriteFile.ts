import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { dirname } from "node:path"
import type { BackendError } from "../../backends/BackendError.js"
import * as Atomic from "../../io/AtomicFile.js"
import * as Header from "../../io/safetensors/Header.js"
import { Space } from "../../io/DiskSpace.js"
import { t } from "../../language/Text.js"
import type { Unsaved } from "../Checkpoint.js"
import { CheckpointError, whileWriting } from "../CheckpointError.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as HistoryColumns from "./HistoryColumns.js"
import type { FileTensor } from "./HistoryColumns.js"
import * as Metadata from "./Metadata.js"
import * as Summary from "./Summary.js"
import { writeTensors, type Tensors } from "./TensorWriting.js"

const unencodable = (path: string) => (detail: string) =>
  new CheckpointError({ reason: "Unencodable", path, detail })

const encode = (path: string, tensors: Tensors, metadata: ReadonlyMap<string, string>) =>
  Either.mapLeft(Header.encode(metadata, tensors), ({ message }) => unencodable(path)(message))

// A file takes a little more than its length: its entry in the folder, and the map of its blocks.
const overhead = 64 * 1024

const checkSpace = Effect.fnUntraced(function* (path: string, length: number) {
  const space = yield* Space
  const available = yield* space.available(dirname(path))
  if (Option.exists(available, (bytes) => bytes < length + overhead)) {
    const detail = t`it takes ${length + overhead} bytes of ${Option.getOrThrow(available)} left`
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
  const history = yield* Either.mapLeft(
    HistoryColumns.split(checkpoint.meta.train_history),
    unencodable(path)
  )
  const tensors: Tensors = new Map<string, FileTensor<BackendError>>([
    ...history.tensors,
    ...checkpoint.tensors
  ])
  const unknown = yield* Either.mapLeft(
    Metadata.encode(
      { ...checkpoint.meta, train_history: history.tail },
      history.columns,
      tensors.keys()
    ),
    unencodable(path)
  )
  const { header } = yield* encode(path, tensors, unknown)
  yield* checkSpace(path, header.fileLength)
  return yield* Atomic.place(
    path,
    Effect.fnUntraced(function* (file) {
      // The header comes first and is known last; it is as long as this one with placeholders.
      const digests = yield* writeTensors(path, file, tensors, header)
      const final = yield* encode(path, tensors, Metadata.withDigests(unknown, digests))
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
