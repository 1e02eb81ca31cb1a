import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as tf from "holdfast/tf"
import { configOf, modelOf } from "../../src/training/ModelConfig.js"
import { ofModel } from "../../src/training/Weights.js"
import { fill, onCpu } from "../export/models.js"

const nested = () => {
  const { layers } = tf
  const recurrent = layers.lstm({ units: 2, recurrentInitializer: "glorotNormal" }) as never
  const inner = tf.sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [5, 3] }),
      layers.dense({ units: 4, name: "last" })
    ]
  })
  const input = tf.input({ shape: [5, 3] })
  const hidden = inner.apply(input)
  const output = layers.bidirectional({ layer: recurrent, mergeMode: "concat" }).apply(hidden)
  return fill(tf.model({ inputs: input, outputs: output as tf.SymbolicTensor }))
}

describe("configOf", () => {
  it.effect("is the same for each model of a process, with the names of weights", () =>
    onCpu(
      Effect.sync(() => {
        const [one, other] = [configOf(nested()), configOf(nested())]
        expect(other).toEqual(one)
        expect(JSON.stringify(one)).not.toMatch(/_[A-Z][A-Za-z]+\d+"/)
      })
    )
  )

  it.effect("gives null where two layers would have one name", () =>
    onCpu(
      Effect.sync(() => {
        const { layers } = tf
        const model = tf.sequential({
          layers: [
            layers.dense({ units: 2, inputShape: [2], name: "dense_1" }),
            layers.dense({ units: 2 })
          ]
        })
        expect(configOf(model)).toBeNull()
      })
    )
  )
})

describe("modelOf", () => {
  it.effect("builds a model whose weights have the same names, and which predicts the same", () =>
    onCpu(
      Effect.gen(function* () {
        const model = nested()
        const built = yield* Effect.promise(() => modelOf(configOf(model)!))
        expect(ofModel(built).map(({ name }) => name)).toEqual(
          ofModel(model).map(({ name }) => name)
        )
        built.setWeights(model.getWeights())
        const input = tf.linspace(-1, 1, 30).reshape([2, 5, 3])
        const [expected, found] = [model, built].map((one) =>
          (one.predict(input) as tf.Tensor).dataSync()
        )
        expect(found).toEqual(expected)
      })
    )
  )
})
