import { t } from "../language/Text.js"
import type { LabelledBatch, Values } from "./Batch.js"
import {
  arrayOf,
  lengthOf,
  masksOf,
  weightsOf,
  type DType,
  type LabelField,
  type Layout
} from "./Layout.js"

/** What is wrong with a batch: of one of its examples, or of an array as a whole. */
export interface BatchProblem {
  readonly example: number | null
  readonly detail: string
}

/** What of a batch is not as declared; null: nothing. `indices` are those of its examples. */
export const problemOf = (
  layout: Layout,
  batch: LabelledBatch,
  indices: Int32Array
): BatchProblem | null => {
  for (const { dtype = "float32", name, shape } of layout.inputs) {
    const array = arrayOf<Values>(batch.inputs, name)
    const detail =
      typeProblem("inputs", name, array, dtype) ??
      lengthProblem("inputs", name, array!, batch.size, shape)
    if (detail !== null) return { example: null, detail }
  }
  for (const field of layout.labels) {
    const labels = arrayOf<Values>(batch.labels, field.name)
    const detail =
      labels === undefined
        ? absent("labels", field.name)
        : (lengthProblem("labels", field.name, labels, batch.size, field.shape) ??
          countingProblem(field, batch))
    if (detail !== null) return { example: null, detail }
    const problem = classProblem(field, labels!, masksOf(batch, field), indices)
    if (problem !== null) return problem
  }
  return null
}

const types = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array
} as const

const pathOf = (kind: string, name: string | null) => (name === null ? kind : `${kind}.${name}`)

const absent = (kind: string, name: string | null) =>
  t`it has no ${pathOf(kind, name)}, which the dataset declares`

const typeProblem = (
  kind: string,
  name: string | null,
  array: Values | undefined,
  dtype: DType
): string | null =>
  array === undefined
    ? absent(kind, name)
    : array instanceof types[dtype]
      ? null
      : t`${pathOf(kind, name)} is a ${array.constructor.name}, but the dataset declares ${dtype}, a ${types[dtype].name}`

const lengthProblem = (
  kind: string,
  name: string | null,
  array: ArrayLike<number>,
  size: number,
  shape: ReadonlyArray<number>
): string | null => {
  const expected = size * lengthOf(shape)
  return array.length === expected
    ? null
    : t`${pathOf(kind, name)} holds ${array.length} numbers, ${expected} expected (${size} × [${shape.join(", ")}])`
}

/** Weights and masks are given where they are declared, and nowhere else: they would be ignored. */
const countingProblem = (field: Layout["labels"][number], batch: LabelledBatch): string | null => {
  const { masked = false, name, shape, weighted = false } = field
  const weights = weightsOf(batch, field)
  const masks = masksOf(batch, field)
  if ((weights !== undefined) !== weighted) {
    return weighted
      ? absent("weights", name)
      : t`it has ${pathOf("weights", name)}, which would be ignored: declare weighted: true with the label`
  }
  if ((masks !== undefined) !== masked) {
    return masked
      ? absent("masks", name)
      : t`it has ${pathOf("masks", name)}, which would be ignored: declare masked: true with the label`
  }
  return (
    (weights && lengthProblem("weights", name, weights, batch.size, [])) ??
    (weights?.some((weight) => !(weight >= 0 && weight < Infinity))
      ? t`${pathOf("weights", name)} must be finite and not negative`
      : null) ??
    (masks && lengthProblem("masks", name, masks, batch.size, shape)) ??
    null
  )
}

/** A label that counts and is none of the classes. */
const classProblem = (
  { classes = [], name, shape }: LabelField & { readonly name: string | null },
  labels: Values,
  masks: Uint8Array | undefined,
  indices: Int32Array
): BatchProblem | null => {
  if (classes.length === 0) return null
  const wrong = labels.findIndex((label, i) => !(label in classes) && masks?.[i] !== 0)
  if (wrong === -1) return null
  const label = labels[wrong]
  return {
    example: indices[Math.floor(wrong / lengthOf(shape))]!,
    detail:
      name === null
        ? t`its label is ${label}, but there are ${classes.length} classes, from 0`
        : t`its label ${name} is ${label}, but there are ${classes.length} classes, from 0`
  }
}
