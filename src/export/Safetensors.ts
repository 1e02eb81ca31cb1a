import * as Either from "effect/Either"
import { encodeHeader } from "../io/safetensors/encodeHeader.js"
import type * as tf from "../tf.js"
import { layoutsOf } from "../models/Layout.js"
import { rearrange } from "../models/Rearrangement.js"
import { t } from "../language/Text.js"
import { ExportError } from "./ExportError.js"
import type { ModelWeight, ModelWeights } from "./ModelWeights.js"

/** Whose names and shapes weights have: ours and Keras', or PyTorch's. */
export type Layout = "keras" | "pytorch"

/**
 * Weights as a safetensors file: `dense_1.kernel` [in, out] as checkpoints and Keras have them, or
 * `dense_1.weight` [out, in] as PyTorch has them. Gives the parts of the file, in order.
 *
 * Throws an `ExportError` that names the first layer which PyTorch does not have.
 */
export const toSafetensors = (
  model: tf.LayersModel,
  weights: ModelWeights,
  metadata: Readonly<Record<string, string>>,
  layout: Layout
): ReadonlyArray<Uint8Array> => {
  const all = layout === "keras" ? [...weights.values()] : torchWeights(model, weights)
  const tensors = new Map(
    all.map(({ name, shape, values }) => [name, { dtype: "F32" as const, shape, values }])
  )
  const encoded = encodeHeader(new Map(Object.entries(metadata)), tensors)
  const { bytes, header } = Either.getOrThrowWith(
    encoded,
    ({ message }) => new ExportError({ reason: "Model", subject: "safetensors", detail: message })
  )
  return [
    bytes,
    ...[...header.tensors.keys()].map((name) => {
      const { buffer, byteLength, byteOffset } = tensors.get(name)!.values
      return new Uint8Array(buffer, byteOffset, byteLength)
    })
  ]
}

const torchWeights = (model: tf.LayersModel, weights: ModelWeights): ReadonlyArray<ModelWeight> => {
  const values = new Map([...weights.values()].map((weight) => [weight.name, weight]))
  return layoutsOf(model).flatMap(({ className, path, torch }) => {
    if (torch === null) {
      throw new ExportError({
        reason: "Layer",
        subject: `"${path}" (${className})`,
        detail: t`has no counterpart in PyTorch; export in the layout of Keras`
      })
    }
    return torch.flatMap(({ join, name, parameters, steps }) => {
      const weight = values.get(name)!
      const parts = parametersOf(weight, parameters.length, join)
      return parameters.map((parameter, i) => ({
        name: `${path}.${parameter}`,
        ...rearrange(steps, parts[i]!)
      }))
    })
  })
}

/** A weight that PyTorch has as two: halves that are stacked, or a sum, of which the second is nothing. */
const parametersOf = (
  { shape, values }: ModelWeight,
  count: number,
  join: "sum" | "stack"
): ReadonlyArray<Pick<ModelWeight, "shape" | "values">> => {
  if (count === 1) return [{ shape, values }]
  if (join === "sum")
    return [
      { shape, values },
      { shape, values: new Float32Array(values.length) }
    ]
  const half = values.length / 2
  return [values.subarray(0, half), values.subarray(half)].map((part) => ({
    shape: shape.slice(1),
    values: part
  }))
}
