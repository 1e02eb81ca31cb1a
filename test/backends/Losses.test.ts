import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import { softmaxCrossEntropy } from "../../src/backends/Losses.js"
import { tensor, use } from "./backends.js"
import {
  gradientsOn,
  largestError,
  slopesInDoubles,
  slopesOf,
  type Subject
} from "./gradientCheck.js"
import { testBackend, testBackends } from "../support/backend.js"

const { losses } = tf

/** Each loss of scores [4, 5] against what it takes for labels. */
const cases: Record<string, (scores: tf.Tensor2D) => tf.Tensor> = {
  absoluteDifference: (scores) => losses.absoluteDifference(tensor([4, 5], 3), scores),
  cosineDistance: (scores) => losses.cosineDistance(tensor([4, 5], 3), scores, 1),
  hingeLoss: (scores) => losses.hingeLoss(signs(), scores),
  huberLoss: (scores) => losses.huberLoss(tensor([4, 5], 3), scores, undefined, 0.5),
  logLoss: (scores) => losses.logLoss(targets(), tf.sigmoid(scores)),
  meanSquaredError: (scores) => losses.meanSquaredError(tensor([4, 5], 3), scores),
  sigmoidCrossEntropy: (scores) => losses.sigmoidCrossEntropy(targets(), scores),
  "softmaxCrossEntropy of classes": (scores) =>
    losses.softmaxCrossEntropy(tf.oneHot([0, 4, 2, 2], 5), scores),
  "our softmaxCrossEntropy": (scores) =>
    softmaxCrossEntropy(tf.tensor1d([0, 4, 2, 2], "int32"), scores),
  "softmaxCrossEntropy, smoothed": (scores) =>
    losses.softmaxCrossEntropy(tf.oneHot([0, 4, 2, 2], 5), scores, undefined, 0.1)
}

const targets = () => tf.cast(tf.greater(tensor([4, 5], 3), 0), "float32") as tf.Tensor2D
const signs = () => targets()

describe("the gradient of the loss", () => {
  for (const [name, loss] of Object.entries(cases)) {
    it(name, async () => {
      const make = (): Subject => {
        const scores = tf.variable(tensor([4, 5], 8)) as tf.Variable
        return {
          variables: [scores],
          objective: () => loss(scores as tf.Tensor as tf.Tensor2D) as tf.Scalar,
          dispose: () => scores.dispose()
        }
      }
      const slopes = await slopesInDoubles(make)
      for (const backend of testBackends) {
        const gradients = await gradientsOn(backend, make)
        expect(largestError(slopesOf(gradients), slopes, gradients), backend).toBeLessThan(1e-5)
      }
    })
  }
})

describe("softmax cross-entropy in one kernel", () => {
  it("is what TensorFlow.js composes", async () => {
    await use(testBackend)
    const scores = tf.mul(tensor([4, 5], 8), 30) as tf.Tensor2D
    const labels = tf.tensor1d([0, 4, 2, 2], "int32")
    const expected = losses.softmaxCrossEntropy(tf.oneHot(labels, 5), scores).dataSync()[0]!
    expect(softmaxCrossEntropy(labels, scores).dataSync()[0]).toBeCloseTo(expected, 5)
  })

  it("stays finite for logits that an exponential cannot hold", async () => {
    await use(testBackend)
    const scores = tf.tensor2d([[1000, 0, -1000]])
    const loss = (label: number) =>
      softmaxCrossEntropy(tf.tensor1d([label], "int32"), scores).dataSync()[0]
    expect(loss(0)).toBe(0)
    expect(loss(2)).toBe(2000)
  })
})
