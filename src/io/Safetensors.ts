import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../language/Text.js"
import type { AtomicFile } from "./AtomicFile.js"
import * as DType from "./safetensors/DType.js"
import * as Header from "./safetensors/Header.js"
import { SafetensorsError } from "./safetensors/SafetensorsError.js"

/**
 * A safetensors file: tensors by name, and strings by key.
 *
 * Format: u64 length N, little-endian; N bytes of JSON, padded with spaces so that 8 + N is a
 * multiple of 8; the tensors, row-major and little-endian, one after another.
 */
export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, Tensor>
}

/** A tensor and its bytes. */
export interface Tensor extends Header.TensorShape {
  readonly bytes: Uint8Array
}

const checkSizes = (tensors: ReadonlyMap<string, Tensor>) => {
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const size = DType.byteLength(dtype, shape)
    if (bytes.length !== size) {
      const detail = t`has ${bytes.length} bytes, where ${dtype} [${shape}] needs ${size}`
      return Either.left(new SafetensorsError({ reason: "BadTensor", where: name, detail }))
    }
  }
  return Either.right(tensors)
}

const layOut = (file: Safetensors) =>
  Either.flatMap(checkSizes(file.tensors), (tensors) => Header.encode(file.metadata, tensors))

/** The bytes of a file with these tensors. */
export const encode = (file: Safetensors): Either.Either<Uint8Array, SafetensorsError> =>
  Either.map(layOut(file), ({ header, bytes }) => {
    const whole = new Uint8Array(header.fileLength)
    whole.set(bytes)
    for (const [name, { begin }] of header.tensors) {
      whole.set(file.tensors.get(name)?.bytes ?? [], begin)
    }
    return whole
  })

/** Writes the file, one tensor after another, with no copy of the whole. */
export const write = (
  target: AtomicFile,
  file: Safetensors
): Effect.Effect<void, PlatformError | SafetensorsError> =>
  Effect.flatMap(layOut(file), ({ header, bytes }) =>
    Effect.zipRight(
      target.write(bytes),
      Effect.forEach(
        header.tensors.keys(),
        (name) => target.write(file.tensors.get(name)?.bytes ?? new Uint8Array()),
        { discard: true }
      )
    )
  )

/** Reads a whole file; the tensors' bytes are views of `bytes`. */
export const decode = (bytes: Uint8Array): Either.Either<Safetensors, SafetensorsError> =>
  Either.flatMap(Header.lengthOf(bytes, bytes.length), (length) =>
    Either.map(Header.decode(bytes.subarray(0, length), bytes.length), (header) => ({
      metadata: header.metadata,
      tensors: new Map(
        [...header.tensors].map(([name, { dtype, shape, begin, end }]) => [
          name,
          { dtype, shape, bytes: bytes.subarray(begin, end) }
        ])
      )
    }))
  )
