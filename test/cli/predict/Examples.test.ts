import { describe, expect, it } from "vitest"
import * as Either from "effect/Either"
import { batchOf, examplesOf, standardizer } from "../../../src/cli/predict/Examples.js"
import { draw, predictionOf } from "../../../src/cli/predict/Prediction.js"

const single = [{ name: null, shape: [2, 2] }]
const named = [
  { name: "image", shape: [2], dtype: "uint8" as const },
  { name: "age", shape: [] }
]

describe("examplesOf", () => {
  it("takes the numbers of an input, nested or not, as one example", () => {
    for (const value of [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4]
      ]
    ]) {
      expect(examplesOf(value, single)).toEqual(Either.right([[[1, 2, 3, 4]]]))
    }
  })

  it("takes the elements of a longer array as examples", () => {
    const value = [
      [1, 2, 3, 4],
      [5, 6, 7, 8]
    ]
    expect(examplesOf(value, single)).toEqual(Either.right([[[1, 2, 3, 4]], [[5, 6, 7, 8]]]))
  })

  it("takes inputs by name", () => {
    expect(examplesOf({ age: 3, image: [0, 255] }, named)).toEqual(Either.right([[[0, 255], [3]]]))
  })

  it.each([
    [[1, 2, 3], "holds 3 numbers, where an input of shape [2, 2] has 4"],
    [["a", 2, 3, 4], "holds something that is no number"],
    [[[1, 2, 3, 4], [5]], "example 2 holds 1 numbers, where an input of shape [2, 2] has 4"]
  ])("says what is wrong with %j", (value, message) => {
    expect(examplesOf(value, single)).toEqual(Either.left(message))
  })

  it("names the input that is wrong", () => {
    expect(examplesOf({ age: 3, image: [0, 256] }, named)).toEqual(
      Either.left("image: holds a number that is not of the type uint8")
    )
    expect(examplesOf([3], named)).toEqual(Either.left("is no object with the inputs image, age"))
  })
})

describe("batchOf", () => {
  it("has examples side by side, standardized by the last axis", () => {
    const prepare = standardizer({ kind: "standardize", mean: [1, 2], std: [1, 10] })!
    expect(batchOf([[[1, 2, 2, 12]]], single, prepare)).toEqual(Float32Array.of(0, 0, 1, 1))
  })

  it("has an array of its type for each named input", () => {
    const batch = batchOf([[[0, 255], [3]]], named, (x) => x)
    expect(batch).toEqual({ image: Uint8Array.of(0, 255), age: Float32Array.of(3) })
  })
})

describe("predictionOf", () => {
  it("ranks classes by their probabilities", () => {
    const prediction = predictionOf([0.2, 0.5, 0.3], ["a", "b", "c"], "softmax", 2)
    expect(draw(prediction)).toBe("b (50.0 %), c (30.0 %)")
  })

  it("takes one probability for that of the second class", () => {
    expect(predictionOf([0.25], ["no", "yes"], "sigmoid", Infinity)).toEqual({
      classes: [
        { class: "no", probability: 0.75 },
        { class: "yes", probability: 0.25 }
      ]
    })
  })

  it("leaves the numbers of a regression as they are", () => {
    expect(predictionOf([1.5, 2], [], undefined, 1)).toEqual({ output: [1.5, 2] })
  })
})
