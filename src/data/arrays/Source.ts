import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import type { Values } from "../Batch.js"
import { DataError } from "../DataError.js"
import { lengthOf } from "../Layout.js"
import { isNdArray, read, type NdArray, type Read } from "./NdArray.js"

/** One array, or several by name: the names of the model's input or output layers. */
export type Given<A> = A | Readonly<Record<string, A>>

/** Labels: numbers, or the names of classes. */
export type LabelArray = NdArray | ReadonlyArray<string>

/** The names of classes by label, or how many there are, which are then called "0", "1" and so on. */
export type Classes = ReadonlyArray<string> | number

/** Examples in memory: `x` goes in, `y` comes out, side by side. */
export interface ArraysOf<out X extends Given<NdArray>, out Y extends Given<LabelArray>> {
  readonly x: X
  readonly y: Y
  /** How much each example counts; by label if `y` has names. */
  readonly weights?: Given<NdArray>
  /** Which labels count: 0 for padding, in the shape of `y`. */
  readonly masks?: Given<NdArray>
  /** What must stay in one split: the session, the patient of each example. */
  readonly groups?: ArrayLike<string | number>
  /** What each example is called, where people look at single ones (`worst_examples`); else its number. */
  readonly names?: ReadonlyArray<string>
}

/** The arrays of a source by name; "" is the name of a single one. */
export interface Source {
  readonly size: number
  readonly inputs: ReadonlyMap<string, Read>
  readonly labels: ReadonlyMap<string, Read>
  readonly weights: ReadonlyMap<string, Read>
  readonly masks: ReadonlyMap<string, Read>
  readonly groups: ArrayLike<string | number> | undefined
  readonly names: ReadonlyArray<string> | undefined
}

/** Arrays of any names. */
export type AnyArrays = ArraysOf<Given<NdArray>, Given<LabelArray>>

export const mismatch = (path: string, detail: string) =>
  new DataError({ reason: "Mismatch", path, detail })

const isOne = <A>(given: Given<A>): given is A =>
  typeof given !== "object" || given === null || isNdArray(given) || "scale" in given

/** Those given, by name; "" is the name of a single one. */
export const nameThem = <A>(given: Given<A> | undefined): ReadonlyMap<string, A> =>
  given === undefined
    ? new Map()
    : isOne(given)
      ? new Map([["", given]])
      : new Map(Object.entries(given as Readonly<Record<string, A>>))

/** All arrays of a source. */
export const arraysOf = ({ inputs, labels, masks, weights }: Source): ReadonlyArray<Values> =>
  [inputs, labels, weights, masks].flatMap((some) => [...some.values()].map(({ values }) => values))

const isTexts = (array: LabelArray): array is ReadonlyArray<string> =>
  Array.isArray(array) && array.length > 0 && array.every((one) => typeof one === "string")

/**
 * Reads the arrays of one source, which must go together. `path` begins their names in errors; `known` are the
 * classes by label, to which it adds those that it finds.
 */
export const readSource = Effect.fnUntraced(function* (
  path: string,
  { groups, masks, names, weights, x, y }: AnyArrays,
  classes: Given<Classes> | undefined,
  known: Map<string, ReadonlyArray<string>>
) {
  const at = (kind: string, name: string) => `${path}${kind}${name === "" ? "" : `.${name}`}`
  const classesOf = nameThem<Classes>(classes)
  const all: Array<{ readonly path: string; readonly array: Read }> = []
  const readAll = <A extends LabelArray>(
    kind: string,
    given: Given<A> | undefined,
    readOne: (path: string, array: A, name: string) => Effect.Effect<Read, DataError>
  ) =>
    Effect.gen(function* () {
      const found = new Map<string, Read>()
      for (const [name, array] of nameThem(given)) {
        const own = yield* readOne(at(kind, name), array, name)
        found.set(name, own)
        all.push({ path: at(kind, name), array: own })
      }
      return found
    })
  const numbers = (path: string, array: NdArray) => read(path, array)
  const readInputs = yield* readAll("x", x, numbers)
  const readLabels = yield* readAll("y", y, (path, array, name) =>
    readLabel(path, array, classesOf.get(name), (names) => known.set(name, names), known.get(name))
  )
  if (readInputs.size === 0) return yield* mismatch(`${path}x`, t`names no arrays`)
  if (readLabels.size === 0) return yield* mismatch(`${path}y`, t`names no arrays`)
  const readWeights = yield* readAll("weights", weights, numbers)
  const readMasks = yield* readAll("masks", masks, (path, array) =>
    Effect.map(read(path, array, "int32"), (own) => ({
      ...own,
      values: Uint8Array.from(own.values)
    }))
  )
  for (const [kind, some] of [
    ["weights", readWeights],
    ["masks", readMasks]
  ] as const) {
    const unknown = [...some.keys()].find((name) => !readLabels.has(name))
    if (unknown !== undefined) return yield* mismatch(at(kind, unknown), t`y has no such array`)
  }

  // A typed array alone does not say how many examples it has: one number each, if nothing else says.
  const size =
    all.find(({ array }) => array.size !== null)?.array.size ??
    [...readLabels.values(), ...readInputs.values()][0]!.values.length
  if (size === 0)
    return yield* new DataError({ reason: "Empty", path: `${path}x`, detail: t`holds no examples` })
  const sized = (some: ReadonlyMap<string, Read>, kind: string) =>
    Effect.gen(function* () {
      const result = new Map<string, Read>()
      for (const [name, array] of some) {
        const length = array.values.length / size
        if ((array.size ?? size) !== size) {
          yield* mismatch(
            at(kind, name),
            t`has ${array.size!} examples, where ${all[0]!.path} has ${size}`
          )
        }
        if (!Number.isInteger(length)) {
          yield* mismatch(
            at(kind, name),
            t`has ${array.values.length} numbers, which is no multiple of ${size} examples`
          )
        }
        result.set(
          name,
          array.size === null && length !== 1 ? { ...array, shape: [length] } : array
        )
      }
      return result
    })
  const source: Source = {
    size,
    inputs: yield* sized(readInputs, "x"),
    labels: yield* sized(readLabels, "y"),
    weights: yield* sized(readWeights, "weights"),
    masks: yield* sized(readMasks, "masks"),
    groups,
    names
  }
  if (names !== undefined && names.length !== size) {
    return yield* mismatch(`${path}names`, t`has ${names.length} names for ${size} examples`)
  }
  if (groups !== undefined && groups.length !== size) {
    return yield* mismatch(`${path}groups`, t`names ${groups.length} groups for ${size} examples`)
  }
  for (const [name, { shape, values }] of source.inputs) {
    const wrong =
      values instanceof Float32Array ? values.findIndex((one) => !Number.isFinite(one)) : -1
    if (wrong === -1) continue
    return yield* mismatch(
      t`${at("x", name)}, example ${Math.floor(wrong / lengthOf(shape))}`,
      t`holds ${values[wrong]!}, which no model learns from; fill in what is missing, or leave the example out`
    )
  }
  for (const [name, { shape, values }] of source.labels) {
    const names = known.get(name)
    const mask = source.masks.get(name)?.values
    if (mask !== undefined && mask.length !== values.length) {
      return yield* mismatch(
        at("masks", name),
        t`has ${mask.length} entries for ${values.length} labels`
      )
    }
    const wrong = values.findIndex(
      (one, i) => mask?.[i] !== 0 && (names === undefined ? !Number.isFinite(one) : !(one in names))
    )
    if (wrong === -1) continue
    return yield* mismatch(
      t`${at("y", name)}, example ${Math.floor(wrong / lengthOf(shape))}`,
      names === undefined
        ? t`its label is ${values[wrong]!}`
        : t`its label is ${values[wrong]!}, but there are ${names.length} classes, from 0`
    )
  }
  for (const [name, { values }] of source.weights) {
    const wrong =
      values.length === size ? values.findIndex((one) => !(one >= 0 && one < Infinity)) : 0
    if (wrong !== -1) {
      return yield* mismatch(
        at("weights", name),
        t`must be one number for each example, finite and not negative`
      )
    }
  }
  return source
})

const readLabel = (
  path: string,
  array: LabelArray,
  classes: Classes | undefined,
  declare: (names: ReadonlyArray<string>) => void,
  known: ReadonlyArray<string> | undefined
): Effect.Effect<Read, DataError> =>
  Effect.gen(function* () {
    const texts = isTexts(array)
    const names =
      typeof classes === "number"
        ? Array.from({ length: classes }, (_, i) => String(i))
        : (classes ?? known ?? (texts ? [...new Set(array)].sort() : undefined))
    if (names !== undefined) declare(names)
    if (!texts) return yield* read(path, array, names === undefined ? "float32" : "int32")
    const byName = new Map(names!.map((name, i) => [name, i]))
    const unknown = array.findIndex((name) => !byName.has(name))
    if (unknown !== -1) {
      return yield* mismatch(
        t`${path}, example ${unknown}`,
        t`is of the class ${array[unknown]!}, but the classes are ${names!.slice(0, 10).join(", ")}`
      )
    }
    return {
      values: Int32Array.from(array, (name) => byName.get(name)!),
      size: array.length,
      shape: []
    }
  })

/** The name of an array that is not alike in both. */
export const differenceOf = (a: Source, b: Source): string | null => {
  for (const [kind, own, other] of [
    ["x", a.inputs, b.inputs],
    ["y", a.labels, b.labels],
    ["weights", a.weights, b.weights],
    ["masks", a.masks, b.masks]
  ] as const) {
    for (const name of new Set([...own.keys(), ...other.keys()])) {
      const [one, two] = [own.get(name), other.get(name)]
      const isAlike =
        one?.values.constructor === two?.values.constructor &&
        one?.shape.join() === two?.shape.join()
      if (!isAlike) return name === "" ? kind : `${kind}.${name}`
    }
  }
  return null
}
