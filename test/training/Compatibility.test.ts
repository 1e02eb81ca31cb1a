import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { checkBuilt, checkInput } from "../../src/training/Compatibility.js"
import { blobs } from "../support/blobs.js"

const data = blobs({ data: { size: 10, classes: 3, seed: 1 } })
const messageFor = (model: tf.LayersModel) =>
  Effect.flatMap(data, (dataset) => Effect.flip(checkInput(model, dataset))).pipe(
    Effect.map((error) => error.message)
  )

describe("checkInput", () => {
  it.effect("takes a model whose input is of the data's shape, or of any size", () =>
    Effect.gen(function* () {
      const dense = tf.layers.dense({ units: 3, inputShape: [8] })
      yield* checkInput(tf.sequential({ layers: [dense] }), yield* data)
      const any = tf.input({ shape: [null] })
      const relu = tf.layers.activation({ activation: "relu" }).apply(any) as tf.SymbolicTensor
      yield* checkInput(tf.model({ inputs: any, outputs: relu }), yield* data)
    })
  )

  it.effect("refuses another shape, naming both", () =>
    Effect.gen(function* () {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4, 8] })] })
      expect(yield* messageFor(model)).toBe(
        "the model takes inputs of shape [4,8], but those of blobs are [8]"
      )
    })
  )

  it.effect("refuses two inputs", () =>
    Effect.gen(function* () {
      const inputs = [tf.input({ shape: [8] }), tf.input({ shape: [8] })]
      const sum = tf.layers.add().apply(inputs) as tf.SymbolicTensor
      expect(yield* messageFor(tf.model({ inputs, outputs: sum }))).toBe(
        "a run trains a model with one input and one output, but this one has 2 and 1"
      )
    })
  )
})

describe("checkBuilt", () => {
  const refusal = (built: unknown) =>
    Effect.map(Effect.flip(checkBuilt({ model: built as never })), (error) => error.message)

  it.effect("takes a layers model, and names what else it is given", () =>
    Effect.gen(function* () {
      const net = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] })
      yield* checkBuilt({ model: net() })
      yield* checkBuilt({ generator: net(), critic: net() })
      expect(yield* refusal(Promise.resolve(tf.sequential()))).toContain(
        "returns a promise; return an effect"
      )
      expect(yield* refusal(undefined)).toContain(
        "returns no layers model; make one by tf.sequential"
      )
      // As one of another copy: of a class that only looks the same.
      expect(yield* refusal({ layers: [], predict: () => {} })).toMatch(
        /built by another copy of TensorFlow\.js than the one that Holdfast trains with, 4\.22\.0 in \/.*node_modules\/@tensorflow\/tfjs\. .*npm install @tensorflow\/tfjs@4\.22\.0, then npm dedupe$/
      )
    })
  )
})
