import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as EventLoop from "../../io/EventLoop.js"
import type { FilePrefix } from "../../io/ReadPrefixes.js"
import { decodeHeader, headerLength } from "../../io/safetensors/decodeHeader.js"
import type { Header, SafetensorsError } from "../../io/safetensors/Header.js"
import { t } from "../../language/Text.js"
import type { CheckpointErrorReason } from "../CheckpointError.js"
import { CheckpointError } from "../CheckpointError.js"
import { Storage, type OpenObject } from "../Storage.js"
import * as Digest from "./Digest.js"
import * as ForeignFile from "./ForeignFile.js"
import * as Metadata from "./Metadata.js"
import * as Summary from "./Summary.js"

/** The header of a checkpoint, read and verified. */
export interface CheckpointHeader extends Metadata.Metadata {
  readonly header: Header
}

/** So many bytes hold most headers: one read gives all of them. */
export const usualLength = 1 << 15

const refusal = (path: string) => (reason: CheckpointErrorReason, detail: string) =>
  new CheckpointError({ reason, path, detail })

const notSafetensors =
  (path: string) =>
  ({ message, reason }: SafetensorsError): CheckpointError =>
    refusal(path)(
      reason === "Truncated"
        ? "Truncated"
        : reason === "TrailingBytes"
          ? "Damaged"
          : "NotACheckpoint",
      message
    )

/** Verifies a header: all `bytes` before the first tensor of a file of `fileLength` bytes. */
const verify = (
  path: string,
  bytes: Uint8Array,
  fileLength: number
): Either.Either<Header, CheckpointError> =>
  Either.gen(function* () {
    const refuse = (reason: CheckpointErrorReason, detail: string) =>
      Either.left(refusal(path)(reason, detail))
    const seal = Digest.checkHeader(bytes)
    if (seal === "damaged") {
      const detail = t`its header, bytes 0 to ${bytes.length}, does not match its digest`
      return yield* refuse("Damaged", detail)
    }
    if (Summary.check(bytes) === "damaged") {
      return yield* refuse("Damaged", t`its summary does not match its digest`)
    }
    const header = yield* Either.mapLeft(decodeHeader(bytes, fileLength), notSafetensors(path))
    if (seal === "absent") return yield* refuse("NotACheckpoint", t`its header has no digest`)
    return header
  })

const readHeader = Effect.fnUntraced(function* (path: string, object: OpenObject) {
  const refuse = refusal(path)
  const start = new Uint8Array(Math.min(object.bytes, usualLength))
  const read = yield* object.read(0, start)
  const foreign = ForeignFile.foreign(start.subarray(0, read))
  if (foreign !== undefined) return yield* refuse("NotACheckpoint", foreign)
  const length = yield* Either.mapLeft(
    headerLength(start.subarray(0, read), object.bytes),
    notSafetensors(path)
  )
  const bytes = new Uint8Array(length)
  bytes.set(start.subarray(0, length))
  const rest = bytes.subarray(start.length)
  const readRest = rest.length === 0 ? 0 : yield* object.read(start.length, rest)
  if (read < start.length || readRest < rest.length) {
    return yield* refuse("Truncated", t`the file became shorter while it was read`)
  }
  // Between two long computations on what may be a very long header.
  if (length > start.length) yield* EventLoop.yieldToEventLoop
  return yield* verify(path, bytes, object.bytes)
})

const decode = (path: string, header: Header): Either.Either<CheckpointHeader, CheckpointError> =>
  Either.mapBoth(Metadata.decode(header.metadata, header.tensors), {
    onLeft: ({ reason, detail }) => refusal(path)(reason, detail),
    onRight: (metadata) => ({ header, ...metadata })
  })

/** Opens the checkpoint at `path`, verifies its header and its length, and passes both to `use`. */
export const withHeader = <A>(
  path: string,
  use: (object: OpenObject, header: CheckpointHeader) => Effect.Effect<A, CheckpointError>
): Effect.Effect<A, CheckpointError, Storage> =>
  Effect.flatMap(Storage, ({ open }) =>
    open(path, (object) =>
      Effect.flatMap(readHeader(path, object), (header) =>
        Effect.flatMap(decode(path, header), (decoded) => use(object, decoded))
      )
    )
  )

/**
 * Verifies the header of the checkpoint at `path` and its length, as `withHeader` does, but does not
 * decode the metadata, which takes most of the time where the history is long.
 */
export const checkHeader = (path: string): Effect.Effect<void, CheckpointError, Storage> =>
  Effect.flatMap(Storage, ({ open }) => open(path, (object) => readHeader(path, object)))

/**
 * Decodes and verifies a header, as `withHeader` does, from the beginning of the file alone; none
 * where that does not hold all of it.
 */
export const fromPrefix = (
  path: string,
  { bytes, start }: FilePrefix
): Option.Option<Either.Either<CheckpointHeader, CheckpointError>> => {
  if (ForeignFile.foreign(start) !== undefined) return Option.none()
  const length = Either.getOrElse(headerLength(start, bytes), () => Infinity)
  return length > start.length
    ? Option.none()
    : Option.some(
        Either.flatMap(verify(path, start.subarray(0, length), bytes), (header) =>
          decode(path, header)
        )
      )
}
