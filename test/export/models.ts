import * as Effect from "effect/Effect"
import { Backend } from "holdfast"
import * as tf from "holdfast/tf"
import * as ModelWeights from "../../src/export/ModelWeights.js"

/** Runs `body` on plain JavaScript, and frees what it has made. */
export const onCpu = <A, E, R>(body: Effect.Effect<A, E, R>) =>
  Effect.provide(body, Backend.layer("cpu"))

/** Weights that are the same everywhere: 1/8, 2/8, 3/8 … of alternating sign. */
export const fill = (model: tf.LayersModel): tf.LayersModel => {
  let next = 0
  for (const weight of model.weights) {
    const { shape } = weight
    const size = (shape as ReadonlyArray<number>).reduce((a, b) => a * b, 1)
    const values = Float32Array.from({ length: size }, () => {
      next = (next % 16) + 1
      return ((next % 2 === 0 ? -1 : 1) * next) / 8
    })
    const isVariance = weight.originalName.endsWith("variance")
    weight.write(tf.tensor(isVariance ? values.map(Math.abs) : values, shape as Array<number>))
  }
  return model
}

/** A small model with a convolution, a normalization, a recurrent layer and two branches. */
export const sample = (): tf.LayersModel => {
  const { layers } = tf
  const input = tf.input({ shape: [6, 3], name: "series" })
  const apply = (layer: tf.layers.Layer, to: unknown) =>
    layer.apply(to as never) as tf.SymbolicTensor
  const convolved = apply(
    layers.conv1d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }),
    input
  )
  const normalized = apply(layers.batchNormalization({ name: "norm" }), convolved)
  const pooled = apply(layers.globalMaxPooling1d(), normalized)
  const state = apply(layers.lstm({ units: 2, recurrentInitializer: "glorotNormal" }), normalized)
  const both = apply(layers.concatenate(), [pooled, state])
  return fill(tf.model({ inputs: input, outputs: apply(layers.dense({ units: 2 }), both) }))
}

/** The weights of a model, read. */
export const weightsOf = (model: tf.LayersModel) => ModelWeights.read(model)
