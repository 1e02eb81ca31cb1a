import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import type { Values } from "../Batch.js"
import { DataError } from "../DataError.js"
import { lengthOf } from "../Layout.js"

/** Numbers in a typed array; those that a batch cannot hold as they are become float32 or int32. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** Lists of lists of numbers, all of one shape. */
export type Nested = ReadonlyArray<number | boolean | TypedArray | Nested>

/** A tensor of TensorFlow.js, or what gives its shape and numbers likewise. */
export interface TensorLike {
  readonly shape: ReadonlyArray<number>
  readonly data: () => Promise<ArrayLike<number> | ReadonlyArray<string>>
}

/** Numbers with their shape, of which the first is the number of examples. */
export interface Shaped {
  readonly data: TypedArray
  readonly shape: ReadonlyArray<number>
}

/** An array of examples, its first dimension. A typed array alone has as many numbers for each of them. */
export type NdArray = TypedArray | Nested | TensorLike | Shaped

/** Examples side by side; of a typed array alone, how many there are is not known: `size` is null. */
export interface Read {
  readonly values: Values
  readonly size: number | null
  /** Of one example. */
  readonly shape: ReadonlyArray<number>
}

export const isNdArray = (value: object): value is NdArray =>
  ArrayBuffer.isView(value) || Array.isArray(value) || ("shape" in value && "data" in value)

/**
 * The numbers of an array, as a batch holds them: those of typed arrays without a copy, where their type
 * is one of a batch's. Lists become `listType`. `path` names the array in errors.
 */
export const read = (
  path: string,
  array: NdArray,
  listType: "float32" | "int32" = "float32"
): Effect.Effect<Read, DataError> =>
  Effect.gen(function* () {
    const problem = (detail: string, at = "") =>
      new DataError({ reason: "Mismatch", path: `${path}${at}`, detail })
    if (ArrayBuffer.isView(array))
      return { values: yield* valuesOf(path, array), size: null, shape: [] }
    if (isList(array)) {
      const shape = shapeOf(array)
      const target = new (listType === "int32" ? Int32Array : Float32Array)(lengthOf(shape))
      const wrong = fill(array, shape, target, 0, listType)
      if (wrong !== null) return yield* problem(wrong.detail, wrong.at)
      return { values: target, size: shape[0]!, shape: shape.slice(1) }
    }
    const { shape } = array
    const data =
      typeof array.data === "function"
        ? yield* Effect.tryPromise({
            try: array.data.bind(array),
            catch: (error) => problem(t`cannot be read: ${String(error)}`)
          })
        : array.data
    if (!ArrayBuffer.isView(data)) return yield* problem(t`holds no numbers`)
    const values = yield* valuesOf(path, data as TypedArray)
    if (values.length !== lengthOf(shape) || shape.length === 0) {
      return yield* problem(
        t`has ${values.length} numbers, where the shape [${shape.join(", ")}] has ${lengthOf(shape)}`
      )
    }
    return { values, size: shape[0]!, shape: shape.slice(1) }
  })

const isList = (array: NdArray): array is Nested => Array.isArray(array)

/** As a batch holds them. */
const valuesOf = (path: string, array: TypedArray): Effect.Effect<Values, DataError> => {
  if (
    array instanceof Float32Array ||
    array instanceof Int32Array ||
    (array instanceof Uint8Array && !Buffer.isBuffer(array))
  ) {
    return Effect.succeed(array)
  }
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) {
    return Effect.succeed(new Uint8Array(array.buffer, array.byteOffset, array.length))
  }
  if (array instanceof Float64Array) return Effect.succeed(Float32Array.from(array))
  const isInteger = [Int8Array, Int16Array, Uint16Array, Uint32Array].some(
    (type) => array instanceof type
  )
  const large = isInteger ? array.findIndex((x) => x > 0x7fffffff) : -1
  return isInteger && large === -1
    ? Effect.succeed(Int32Array.from(array))
    : new DataError({
        reason: "Mismatch",
        path,
        detail: isInteger
          ? t`holds ${array[large]} at ${large}, more than an int32 can`
          : t`is a ${array.constructor.name}; give float32, int32 or uint8`
      })
}

/** The shape that the first elements say; `fill` checks the others. */
const shapeOf = (list: Nested): ReadonlyArray<number> => {
  const [first] = list
  return Array.isArray(first)
    ? [list.length, ...shapeOf(first as Nested)]
    : ArrayBuffer.isView(first)
      ? [list.length, first.length]
      : [list.length]
}

/** Writes the numbers of a list; gives what is wrong, and at which of its elements. */
const fill = (
  list: Nested | TypedArray,
  shape: ReadonlyArray<number>,
  target: Float32Array | Int32Array,
  at: number,
  type: "float32" | "int32"
): { readonly at: string; readonly detail: string } | null => {
  const [length, ...inner] = shape
  if (list.length !== length) {
    return { at: "", detail: t`has length ${list.length}, where the first has ${length!}` }
  }
  const size = lengthOf(inner)
  for (let i = 0; i < list.length; i++) {
    const element = list[i]!
    if (inner.length > 0) {
      if (!Array.isArray(element) && !ArrayBuffer.isView(element)) {
        return { at: `[${i}]`, detail: t`is ${String(element)}, where the first is a list` }
      }
      const wrong = fill(element as Nested, inner, target, at + i * size, type)
      if (wrong !== null) return { ...wrong, at: `[${i}]${wrong.at}` }
    } else if (typeof element === "number" || typeof element === "boolean") {
      target[at + i] = Number(element)
      if (type === "int32" && target[at + i] !== Number(element)) {
        return { at: `[${i}]`, detail: t`is ${element}, no integer` }
      }
    } else return { at: `[${i}]`, detail: t`is ${describe(element)}, no number` }
  }
  return null
}

const describe = (value: unknown): string =>
  typeof value === "object"
    ? t`a list, where the first is a number`
    : (JSON.stringify(value) ?? String(value))
