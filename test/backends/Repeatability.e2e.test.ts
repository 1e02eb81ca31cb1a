import { execFile } from "node:child_process"
import { promisify } from "node:util"
import * as tf from "holdfast/tf"
import { beforeAll, describe, expect, it } from "@effect/vitest"
import { setWeights, tensor, use } from "./backends.js"

const L = tf.layers

/** One of every kind of kernel, small. */
const network = () => {
  const model = tf.sequential({
    layers: [
      L.conv1d({ filters: 12, kernelSize: 5, inputShape: [30, 10] }),
      L.batchNormalization(),
      L.reLU(),
      L.maxPooling1d({ poolSize: 2 }),
      L.conv1d({ filters: 7, kernelSize: 3, padding: "same", activation: "relu" }),
      L.globalAveragePooling1d({}),
      L.dense({ units: 33, activation: "tanh" }),
      L.dense({ units: 3, activation: "softmax" })
    ]
  })
  setWeights(model)
  return model
}

/** A step of plain gradient descent towards an arbitrary target. */
const step = (model: tf.LayersModel, seed: number) =>
  tf.tidy(() => {
    const x = tensor([4, 30, 10], seed)
    const { grads } = tf.variableGrads(() => {
      const y = model.apply(x, { training: true }) as tf.Tensor
      return tf.mean(tf.squaredDifference(y, tf.oneHot([0, 1, 2, 0], 3)))
    })
    for (const [name, gradient] of Object.entries(grads)) {
      const variable = tf.engine().registeredVariables[name]!
      variable.assign(tf.sub(variable, tf.mul(gradient, 0.1)))
    }
  })

const trained = (steps: number) => {
  const model = network()
  for (let i = 0; i < steps; i++) step(model, i + 1)
  const weights = model.getWeights().map((w) => w.dataSync())
  model.dispose()
  return weights
}

const digest = async () => {
  const words = ["--import", "tsx", "test/training/trainedDigest.ts"]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  return stdout.trim()
}

describe("training on WebAssembly", () => {
  beforeAll(() => use("wasm"))

  it("gives the same bits each time", () => {
    expect(trained(5)).toEqual(trained(5))
  })

  // A change of the order of a sum, or of what a formula is made of, changes the digest: if that is
  // meant, `npx vitest run test/backends/Repeatability.e2e.test.ts -u` writes it again, and reports it.
  it("gives the same bits in every process, on every machine", async () => {
    expect(await digest()).toMatchInlineSnapshot(
      `"56ecdf8947e021dd28a2e332190758e4236ef01eba3a856e2b601b56dbb54eeb"`
    )
  }, 300_000)

  it("changes the weights", () => {
    expect(trained(2)).not.toEqual(trained(1))
  })

  it("frees every tensor", () => {
    const before = tf.memory()
    trained(3)
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
    expect(tf.backend().numDataIds()).toBe(before.numDataBuffers)
  })

  it("shares the data of a clone until one of the two is disposed", () => {
    const a = tf.tensor([1, 2, 3])
    const b = a.clone()
    a.dispose()
    expect([...b.dataSync()]).toEqual([1, 2, 3])
    b.dispose()
  })

  it("multiplies with one tensor under two shapes", () => {
    const [wide, high] = tf.tidy(() => {
      const b = tf.reshape(tf.range(0, 24), [4, 6])
      return [
        tf.matMul(tf.ones([2, 4]), b).dataSync(),
        tf.matMul(tf.ones([2, 6]), tf.reshape(b, [6, 4])).dataSync()
      ]
    })
    expect([...wide!].slice(0, 6)).toEqual([36, 40, 44, 48, 52, 56])
    expect([...high!].slice(0, 4)).toEqual([60, 66, 72, 78])
  })
})
