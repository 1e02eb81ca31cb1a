import * as Either from "effect/Either"
import { t } from "../../src/language/Text.js"
import { decodeHeader, headerLength } from "../../src/io/safetensors/decodeHeader.js"
import { encodeHeader } from "../../src/io/safetensors/encodeHeader.js"
import * as Header from "../../src/io/safetensors/Header.js"

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
    const size = Header.byteLength(dtype, shape)
    if (bytes.length !== size) {
      const detail = t`has ${bytes.length} bytes, where ${dtype} [${shape}] needs ${size}`
      return Either.left(new Header.SafetensorsError({ reason: "BadTensor", where: name, detail }))
    }
  }
  return Either.right(tensors)
}

const layOut = (file: Safetensors) =>
  Either.flatMap(checkSizes(file.tensors), (tensors) => encodeHeader(file.metadata, tensors))

/** The bytes of a file with these tensors. */
export const encode = (file: Safetensors): Either.Either<Uint8Array, Header.SafetensorsError> =>
  Either.map(layOut(file), ({ header, bytes }) => {
    const intact = new Uint8Array(header.fileLength)
    intact.set(bytes)
    for (const [name, { begin }] of header.tensors) {
      intact.set(file.tensors.get(name)?.bytes ?? [], begin)
    }
    return intact
  })

/** Reads a whole file; the tensors' bytes are views of `bytes`. */
export const decode = (bytes: Uint8Array): Either.Either<Safetensors, Header.SafetensorsError> =>
  Either.flatMap(headerLength(bytes, bytes.length), (length) =>
    Either.map(decodeHeader(bytes.subarray(0, length), bytes.length), (header) => ({
      metadata: header.metadata,
      tensors: new Map(
        [...header.tensors].map(([name, { dtype, shape, begin, end }]) => [
          name,
          { dtype, shape, bytes: bytes.subarray(begin, end) }
        ])
      )
    }))
  )
