import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"

/** The bytes of one element, by the name that safetensors gives its type. */
const sizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8
} as const

/** An element type of safetensors. */
export type DType = keyof typeof sizes

/** Whether `name` is an element type of safetensors. */
export const isDType = (name: unknown): name is DType =>
  typeof name === "string" && Object.hasOwn(sizes, name)

/** The bytes of one element of type `dtype`. */
export const sizeOf = (dtype: DType): number => sizes[dtype]

/** The bytes of a tensor; [] is a scalar. Infinity where the number is not exact. */
export const byteLength = (dtype: DType, shape: ReadonlyArray<number>): number => {
  let product = sizeOf(dtype)
  for (const dimension of shape) {
    product *= dimension
    // Not only at the end: a zero that follows would hide it, and other readers refuse it.
    if (product > Number.MAX_SAFE_INTEGER) return Infinity
  }
  return product
}

/** A tensor to be written: its element type and shape. */
export interface TensorShape {
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
}

/** A tensor of a file: `begin` and `end` count bytes from the start of the file. */
export interface TensorInfo extends TensorShape {
  readonly begin: number
  readonly end: number
}

/** The header of a safetensors file. Tensors are in the order of their bytes. */
export interface Header {
  /** How many bytes come before the first tensor: 8 for the length, then the JSON. */
  readonly length: number
  /** How many bytes the file has. */
  readonly fileLength: number
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, TensorInfo>
}

/** The longest header that the format allows, without its 8 bytes of length. */
export const maxLength = 100_000_000

/** Files with more tensors are neither written nor read. */
export const maxTensors = 100_000

/** Tensors with more dimensions are neither written nor read. */
export const maxRank = 32

/** Why a safetensors file is invalid, or cannot be written. */
export const SafetensorsErrorReason = Schema.Literal(
  /** The file is shorter than its header says. */
  "Truncated",
  /** There are bytes after the last tensor. */
  "TrailingBytes",
  /** The header is longer than the format allows, or not UTF-8 JSON. */
  "BadHeader",
  /** A name occurs twice. */
  "DuplicateKey",
  /** `__metadata__` has a value that is not a string. */
  "BadMetadata",
  /** A tensor's entry, element type, shape or name is not valid. */
  "BadTensor",
  /** Tensors overlap or leave a hole, or their size is not that of their shape. */
  "BadOffsets"
)
export type SafetensorsErrorReason = typeof SafetensorsErrorReason.Type

/** Bytes that are not safetensors; `where` is the header, or the name of a tensor. */
export class SafetensorsError extends Schema.TaggedError<SafetensorsError>()("SafetensorsError", {
  reason: SafetensorsErrorReason,
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return t`${this.where}: ${this.detail}`
  }
}

/** A failure. */
export const fail = (reason: SafetensorsErrorReason, where: string, detail: string) =>
  Either.left(new SafetensorsError({ reason, where, detail }))

// Half of a surrogate pair has no UTF-8: other readers refuse it.
/** Whether a text has half of a surrogate pair. */
export const isHalf = (text: string): boolean => /\p{Surrogate}/u.test(text)

/** Whether a value can be a dimension, or an offset. */
export const isDimension = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
