import type * as Either from "effect/Either"
import { attempt, refuse, type FormatError } from "../io/FormatError.js"
import { t } from "../language/Text.js"

/** A tensor of another program's file. */
export interface SourceTensor {
  /** Its name in the file: `features.0.weight`, `dense/kernel`. */
  readonly name: string
  /** The module or layer that it belongs to, its parts separated by dots: `features.0`. */
  readonly module: string
  /** What it is there, as PyTorch or Keras calls it: `weight`, `kernel`; of two directions, `forward.kernel`. */
  readonly parameter: string
  readonly shape: ReadonlyArray<number>
  /** Reads it as float32. */
  readonly read: () => Either.Either<Float32Array, FormatError>
}

/** The element types of these files, as safetensors names them. */
export type SourceType =
  | "BF16"
  | "BOOL"
  | "F16"
  | "F32"
  | "F64"
  | "I8"
  | "I16"
  | "I32"
  | "I64"
  | "U8"
  | "U16"
  | "U32"
  | "U64"

/** The bytes of one element. */
export const sizeOf = (type: SourceType): number =>
  type === "BOOL" ? 1 : Number(/\d+/.exec(type)![0]) / 8

/** How many elements an array of this shape has. */
export const lengthOf = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

/** The numbers of a tensor, little-endian, as float32. */
export const toFloats = (bytes: Uint8Array, type: SourceType): Float32Array => {
  const size = sizeOf(type)
  const count = bytes.length / size
  if (!Number.isInteger(count)) return refuse("Damaged", type, t`has ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = readers[type](view)
  return Float32Array.from({ length: count }, (_, i) => read(i * size))
}

/** A tensor whose bytes are read when they are needed. */
export const tensor = (
  place: Pick<SourceTensor, "module" | "name" | "parameter" | "shape">,
  type: SourceType,
  bytes: () => Uint8Array
): SourceTensor => ({
  ...place,
  read: () =>
    attempt(place.name, () => {
      const found = bytes()
      const expected = lengthOf(place.shape) * sizeOf(type)
      return found.length === expected
        ? toFloats(found, type)
        : refuse(
            "Damaged",
            place.name,
            t`takes ${found.length} bytes, where ${type} [${place.shape}] needs ${expected}`
          )
    })
})

type Read = (view: DataView) => (at: number) => number

const readers: Readonly<Record<SourceType, Read>> = {
  BF16: (view) => {
    const word = new DataView(new ArrayBuffer(4))
    return (at) => {
      word.setUint32(0, view.getUint16(at, true) << 16)
      return word.getFloat32(0)
    }
  },
  BOOL: (view) => (at) => (view.getUint8(at) === 0 ? 0 : 1),
  F16: (view) => (at) => half(view.getUint16(at, true)),
  F32: (view) => (at) => view.getFloat32(at, true),
  F64: (view) => (at) => view.getFloat64(at, true),
  I8: (view) => (at) => view.getInt8(at),
  I16: (view) => (at) => view.getInt16(at, true),
  I32: (view) => (at) => view.getInt32(at, true),
  I64: (view) => (at) => Number(view.getBigInt64(at, true)),
  U8: (view) => (at) => view.getUint8(at),
  U16: (view) => (at) => view.getUint16(at, true),
  U32: (view) => (at) => view.getUint32(at, true),
  U64: (view) => (at) => Number(view.getBigUint64(at, true))
}

/** IEEE 754 binary16. */
const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  return exponent === 31
    ? fraction === 0
      ? sign * Infinity
      : NaN
    : exponent === 0
      ? sign * fraction * 2 ** -24
      : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
