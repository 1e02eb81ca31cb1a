import type { LayersModel } from "holdfast/tf"
import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Backend, type BackendName } from "../../src/backends/Backend.js"
import { testBackend } from "../support/backend.js"

const L = tf.layers

const check = (backend: BackendName, model: () => LayersModel) =>
  Effect.gen(function* () {
    const { checkTrainable } = yield* Backend
    yield* checkTrainable(model())
  }).pipe(Effect.provide(Backend.layer(backend)))

const tdnn = () =>
  tf.sequential({
    layers: [
      L.conv1d({ filters: 16, kernelSize: 5, inputShape: [98, 40] }),
      L.batchNormalization(),
      L.reLU(),
      L.dropout({ rate: 0.2 }),
      L.globalAveragePooling1d({}),
      L.dense({ units: 5, activation: "softmax" })
    ]
  })

/** No kernel has a gradient through a comparison. */
class Threshold extends tf.layers.Layer {
  static className = "Threshold"
  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    const [x] = [inputs].flat()
    return tf.cast(tf.greater(x!, 0), "float32")
  }
}

describe("checkTrainable", () => {
  it.effect("passes a network of the usual layers", () =>
    Effect.gen(function* () {
      yield* check(testBackend, tdnn)
      yield* check("cpu", tdnn)
    })
  )

  it.effect("leaves weights, tensors and Math.random alone", () =>
    Effect.gen(function* () {
      const { checkTrainable } = yield* Backend
      const model = tdnn()
      const before = model.getWeights().map((w) => w.dataSync())
      const tensors = tf.memory().numTensors
      const random = Math.random
      yield* checkTrainable(model)
      expect(Math.random).toBe(random)
      expect(tf.memory().numTensors).toBe(tensors)
      model.getWeights().forEach((w, i) => expect(w.dataSync()).toEqual(before[i]))
    }).pipe(Effect.provide(Backend.layer(testBackend)))
  )

  it.effect("names the layer whose gradient cannot be computed", () =>
    Effect.gen(function* () {
      const transposed = () =>
        tf.sequential({
          layers: [
            L.dense({ units: 4, inputShape: [3, 3, 3, 2] }),
            L.conv3dTranspose({ filters: 2, kernelSize: 2, name: "widen" })
          ]
        })
      const error = yield* Effect.flip(check("cpu", transposed))
      expect(error.reason).toBe("Untrainable")
      expect(error.subject).toBe(`"widen" (Conv3DTranspose)`)
    })
  )

  it.effect("names the kernel that a backend lacks", () =>
    Effect.gen(function* () {
      yield* check(testBackend, tdnn)
      const registered = tf.getKernel("MaxPoolGrad", testBackend)
      const pooled = () =>
        tf.sequential({
          layers: [
            L.dense({ units: 4, inputShape: [8, 8, 2] }),
            L.maxPooling2d({ poolSize: 2, name: "pool" })
          ]
        })
      tf.unregisterKernel("MaxPoolGrad", testBackend)
      const error = yield* Effect.flip(check(testBackend, pooled)).pipe(
        Effect.ensuring(Effect.sync(() => tf.registerKernel(registered)))
      )
      expect(error.message).toBe(
        `layer "pool" (MaxPooling2D) cannot be trained here: the backend ${testBackend} has no kernel ` +
          `MaxPoolGrad; use another layer, or another backend`
      )
    })
  )

  it.effect("refuses a layer that lets no gradient through to those below it", () =>
    Effect.gen(function* () {
      const blocked = () =>
        tf.sequential({
          layers: [
            L.dense({ units: 4, inputShape: [3], name: "below" }),
            new Threshold({ name: "threshold" }),
            L.dense({ units: 2 })
          ]
        })
      const error = yield* Effect.flip(check(testBackend, blocked))
      expect(error.reason).toBe("Untrainable")
      expect(error.subject).toContain("threshold")
    })
  )

  it.effect("blames no layer for what is not asked of it, as a gradient by tokens", () =>
    Effect.gen(function* () {
      const model = () =>
        tf.sequential({
          layers: [
            L.embedding({ inputDim: 4, outputDim: 3, inputLength: 5 }),
            new Threshold({ name: "threshold" }),
            L.globalAveragePooling1d({}),
            L.dense({ units: 2 })
          ]
        })
      const error = yield* Effect.flip(check(testBackend, model))
      expect(error.subject).toContain("threshold")
    })
  )
})
