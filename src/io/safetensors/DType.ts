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
export const size = (dtype: DType): number => sizes[dtype]

/** The bytes of a tensor; [] is a scalar. Infinity where they are more than can be counted. */
export const byteLength = (dtype: DType, shape: ReadonlyArray<number>): number => {
  let product = size(dtype)
  for (const dimension of shape) {
    product *= dimension
    // Not only at the end: a zero that follows makes nothing of it, and other readers refuse it.
    if (product > Number.MAX_SAFE_INTEGER) return Infinity
  }
  return product
}
