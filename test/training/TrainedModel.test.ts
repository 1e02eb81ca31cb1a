import { beforeAll, describe, expect, it } from "@effect/vitest"
import { Objective } from "holdfast"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { predictor } from "../../src/training/TrainedModel.js"
import { use } from "../backends/backends.js"
import { testBackend } from "../support/backend.js"

beforeAll(() => use(testBackend))

const constant = (value: number) => tf.initializers.constant({ value })
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

describe("TrainedModel.predict", () => {
  it.effect("normalizes bytes as in training", () =>
    Effect.gen(function* () {
      const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: constant(1) })
      const model = tf.sequential({ layers: [layer] })
      const field = {
        name: null,
        shape: [2],
        dtype: "uint8",
        normalization: { scale: 0.5, offset: 1 }
      } as const
      const predict = predictor(model, Objective.regression, [field])
      expect([...(yield* predict(Uint8Array.of(0, 2, 10, 20), 2))]).toStrictEqual([3, 17])
    })
  )

  it.effect("takes inputs and gives predictions by name, in whatever order", () =>
    Effect.gen(function* () {
      const [a, b] = ["a", "b"].map((name) => tf.input({ name, shape: [1] }))
      const difference = tf.layers
        .dense({ units: 1, kernelInitializer: constant(1), name: "sum" })
        .apply(tf.layers.concatenate().apply([a!, b!])) as tf.SymbolicTensor
      const last = tf.layers
        .dense({ units: 1, kernelInitializer: constant(-1), name: "sign" })
        .apply(b!) as tf.SymbolicTensor
      const model = tf.model({ inputs: [a!, b!], outputs: [difference, last] })
      const objective = Objective.multi({ sign: Objective.binary, sum: Objective.regression })
      const fields = ["b", "a"].map((name) => ({ name, shape: [1] }))
      const before = tf.memory().numTensors
      const predict = predictor(model, objective, fields)
      const predicted = yield* predict({ a: Float32Array.of(1, 2), b: Float32Array.of(10, -1) }, 2)
      expect([...predicted.sum]).toStrictEqual([11, 1])
      expect(predicted.sign[1]).toBeCloseTo(sigmoid(1), 6)
      expect(tf.memory().numTensors).toBe(before)
    })
  )
})
