import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { checkBuilt } from "../../src/training/Compatibility.js"

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
        /built by another copy of TensorFlow\.js than the one that Holdfast trains with, 4\.22\.0 in \/.*node_modules\/@tensorflow\/tfjs-layers\. .*npm install @tensorflow\/tfjs-core@4\.22\.0 @tensorflow\/tfjs-layers@4\.22\.0, then npm dedupe$/
      )
    })
  )
})
