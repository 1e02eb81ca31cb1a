import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ReadPrefixes from "../../io/ReadPrefixes.js"
import * as EventLoop from "../../io/EventLoop.js"
import * as OpenFile from "../../io/OpenFile.js"
import * as Header from "../../io/safetensors/Header.js"
import type { SafetensorsError } from "../../io/safetensors/SafetensorsError.js"
import { t } from "../../language/Text.js"
import type { CheckpointErrorReason } from "../CheckpointError.js"
import { CheckpointError, notSafetensors, whileReading } from "../CheckpointError.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Metadata from "./Metadata.js"
import * as ForeignFile from "./ForeignFile.js"
import * as Summary from "./Summary.js"

/** A checkpoint's file that is open, its header read and verified. */
export interface Opened extends Metadata.Metadata {
  readonly header: Header.Header
}

const refusal = (path: string) => (reason: CheckpointErrorReason, detail: string) =>
  new CheckpointError({ reason, path, detail })

// Most headers are shorter: one call reads all.
const startLength = ReadPrefixes.most

const safetensors = <A>(path: string, result: Either.Either<A, SafetensorsError>) =>
  Either.mapLeft(result, notSafetensors(path))

/** What `bytes` say, all that come before the first tensor of a file that is `fileLength` bytes long. */
const verify = (
  path: string,
  bytes: Uint8Array,
  fileLength: number
): Either.Either<Header.Header, CheckpointError> =>
  Either.gen(function* () {
    const refuse = (reason: CheckpointErrorReason, detail: string) =>
      Either.left(refusal(path)(reason, detail))
    const seal = HeaderDigest.check(bytes)
    if (seal === "damaged") {
      const detail = t`its header, bytes 0 to ${bytes.length}, does not have its digest`
      return yield* refuse("Damaged", detail)
    }
    if (Summary.check(bytes) === "damaged") {
      return yield* refuse("Damaged", t`its summary does not have its digest`)
    }
    const header = yield* safetensors(path, Header.decode(bytes, fileLength))
    if (seal === "absent") return yield* refuse("NotACheckpoint", t`its header has no digest`)
    return header
  })

const readHeader = Effect.fnUntraced(function* (path: string, file: FileSystem.File) {
  const refuse = refusal(path)
  const fileLength = Number((yield* file.stat).size)
  const start = new Uint8Array(Math.min(fileLength, startLength))
  const read = yield* OpenFile.fill(file, start)
  const foreign = ForeignFile.foreign(start.subarray(0, read))
  if (foreign !== undefined) return yield* refuse("NotACheckpoint", foreign)
  const length = yield* safetensors(path, Header.lengthOf(start.subarray(0, read), fileLength))
  const bytes = new Uint8Array(length)
  bytes.set(start.subarray(0, length))
  const rest = bytes.subarray(start.length)
  if (read < start.length || (yield* OpenFile.fill(file, rest)) < rest.length) {
    return yield* refuse("Truncated", t`the file became shorter while it was read`)
  }
  yield* file.seek(length, "start")
  // Between long pieces of work on what may be a very long header.
  if (length > start.length) yield* EventLoop.yieldToEventLoop
  return yield* verify(path, bytes, fileLength)
})

const understand = (path: string, header: Header.Header): Either.Either<Opened, CheckpointError> =>
  Either.mapBoth(Metadata.decode(header.metadata, header.tensors), {
    onLeft: ({ reason, detail }) => refusal(path)(reason, detail),
    onRight: (metadata) => ({ header, ...metadata })
  })

const withHeader = <A>(
  path: string,
  body: (
    file: FileSystem.File,
    header: Header.Header
  ) => Effect.Effect<A, CheckpointError | PlatformError, FileSystem.FileSystem>
): Effect.Effect<A, CheckpointError, FileSystem.FileSystem> =>
  OpenFile.open(path).pipe(
    Effect.flatMap((file) =>
      Effect.flatMap(readHeader(path, file), (header) => body(file, header))
    ),
    OpenFile.scoped,
    Effect.mapError((error) =>
      error._tag === "CheckpointError" ? error : whileReading(path)(error)
    )
  )

/**
 * Opens the checkpoint at `path` and verifies its header and its length; the file is then at its
 * first tensor.
 */
export const use = <A>(
  path: string,
  body: (
    file: FileSystem.File,
    opened: Opened
  ) => Effect.Effect<A, CheckpointError | PlatformError, FileSystem.FileSystem>
): Effect.Effect<A, CheckpointError, FileSystem.FileSystem> =>
  withHeader(path, (file, header) =>
    Effect.flatMap(understand(path, header), (opened) => body(file, opened))
  )

/**
 * Verifies the header of the checkpoint at `path` and its length, as `use` does, without making
 * anything of what it says, which takes most of the time where the history is long.
 */
export const check = (path: string): Effect.Effect<void, CheckpointError, FileSystem.FileSystem> =>
  withHeader(path, () => Effect.void)

/**
 * What the header of the checkpoint at `path` says, verified as by `use`: at once where that can be,
 * which for a thousand files takes a fraction of the time.
 */
export const look = (
  path: string
): Effect.Effect<Opened, CheckpointError, FileSystem.FileSystem> => {
  const slowly = use(path, (_, opened) => Effect.succeed(opened))
  return ReadPrefixes.one(path, (start, bytes) => {
    const length = Either.getOrElse(Header.lengthOf(start, bytes), () => Infinity)
    return ForeignFile.foreign(start) !== undefined || length > start.length
      ? slowly
      : Either.flatMap(verify(path, start.subarray(0, length), bytes), (header) =>
          understand(path, header)
        )
  }).pipe(Effect.flatMap(Option.getOrElse(() => slowly)))
}
