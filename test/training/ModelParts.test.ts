import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { partsOf } from "../../src/training/ModelParts.js"

const net = () =>
  tf.sequential({
    layers: [
      tf.layers.lstm({ units: 2, batchInputShape: [1, 3, 2], stateful: true }),
      tf.layers.dense({ units: 1, useBias: false })
    ]
  })

const namesOf = (models: Parameters<typeof partsOf>[0]["models"]) => {
  const { statefulLayers, weights } = partsOf({ models })
  return [...weights.map(({ name }) => name), ...statefulLayers.map(({ path }) => path)]
}

describe("partsOf", () => {
  it("names the weights of a single model by its layers, whatever the model is called", () => {
    const names = ["lstm_1.kernel", "lstm_1.recurrent_kernel", "lstm_1.bias", "dense_1.kernel"]
    expect(namesOf({ model: net() })).toStrictEqual([...names, "lstm_1"])
    expect(namesOf({ generator: net() })).toStrictEqual([...names, "lstm_1"])
  })

  it("puts the model's name before those of several", () => {
    expect(namesOf({ generator: net(), critic: net() })).toStrictEqual(
      ["generator", "critic"]
        .flatMap((model) =>
          ["lstm_1.kernel", "lstm_1.recurrent_kernel", "lstm_1.bias", "dense_1.kernel"].map(
            (name) => `${model}.${name}`
          )
        )
        .concat(["generator.lstm_1", "critic.lstm_1"])
    )
  })

  it("finds the parts of the models of a run once", () => {
    const models = { model: net() }
    expect(partsOf({ models })).toBe(partsOf({ models }))
  })
})
