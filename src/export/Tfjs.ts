import * as Effect from "effect/Effect"
import { layersIn } from "../backends/tfjs/layers/InnerLayers.js"
import { concat } from "../io/concat.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import { ExportError } from "./ExportError.js"
import type { ModelWeights } from "./ModelWeights.js"
import { quantizeRange } from "./Quantize.js"

/** A file of weights of at most this length, as browsers cache them. */
const shardBytes = 4 * 2 ** 20

/** Smaller weights are not worth a scale. */
const smallestQuantized = 256

/** The topology of a model, and its weights in groups, as `tf.loadLayersModel` reads them. */
export interface TfjsModel {
  readonly json: Readonly<Record<string, unknown>>
  /** By the names that the JSON gives them. */
  readonly shards: ReadonlyMap<string, Uint8Array>
}

/**
 * A model as TensorFlow.js' `model.save` writes it: `model.json` and its shards. With `int8` the larger
 * weights are bytes, with the line that leads back to them.
 */
export const toTfjs = Effect.fn("toTfjs")(function* (
  model: tf.LayersModel,
  weights: ModelWeights,
  {
    int8,
    metadata
  }: { readonly int8: boolean; readonly metadata: Readonly<Record<string, unknown>> }
) {
  const topology: unknown = model.toJSON(null, false)
  const problem = layersIn(model).find(({ layer }) => problemOf(layer) !== null)
  if (problem !== undefined) {
    const { layer, path } = problem
    return yield* new ExportError({
      reason: "Layer",
      subject: `"${path}" (${layer.getClassName()})`,
      detail: problemOf(layer)!
    })
  }
  const written = [...weights].map(([variable, { shape, values }]) => {
    const spec = { name: variable.originalName, shape: [...shape], dtype: "float32" as const }
    if (!int8 || values.length < smallestQuantized) return { spec, bytes: bytesOf(values) }
    const { min, scale, values: integers } = quantizeRange(values)
    const quantization = { dtype: "uint8", min, scale, original_dtype: "float32" } as const
    return { spec: { ...spec, quantization }, bytes: integers }
  })
  const all = concat(written.map(({ bytes }) => bytes))
  const count = Math.max(1, Math.ceil(all.length / shardBytes))
  const shards = new Map(
    Array.from({ length: count }, (_, i) => [
      `group1-shard${i + 1}of${count}.bin`,
      all.subarray(i * shardBytes, (i + 1) * shardBytes)
    ])
  )
  const result: TfjsModel = {
    json: {
      format: "layers-model",
      generatedBy: `TensorFlow.js tfjs-layers v${tf.version_layers}`,
      convertedBy: null,
      modelTopology: topology,
      weightsManifest: [{ paths: [...shards.keys()], weights: written.map(({ spec }) => spec) }],
      userDefinedMetadata: metadata
    },
    shards
  }
  return result
})

/** Why TensorFlow.js as it is, without the patches of Holdfast, computes something else for a layer. */
const problemOf = (layer: tf.layers.Layer): string | null => {
  const { activation, axis, padding, recurrentActivation, resetAfter } = layer.getConfig()
  if (resetAfter === true) {
    return t`resets after the product, which TensorFlow.js itself lacks; export as ONNX`
  }
  if (activation === "gelu_new" || recurrentActivation === "gelu_new") {
    return t`has the activation gelu_new, which TensorFlow.js cannot load; use gelu, or export as ONNX`
  }
  if (padding === "causal") {
    return t`has causal padding, which TensorFlow.js itself lacks; export as ONNX`
  }
  if (layer.getClassName() !== "BatchNormalization") return null
  const rank = [layer.outputShape].flat().length
  return axis === -1 || axis === rank - 1
    ? null
    : t`normalizes over another axis than the last, which TensorFlow.js itself gets wrong; export as ONNX`
}

const bytesOf = ({ buffer, byteLength, byteOffset }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
