import type { Tensor4D } from "holdfast/tf"
import * as tf from "holdfast/tf"
import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as Bias from "../../src/backends/wasm/Bias.js"
import * as Dropout from "../../src/backends/wasm/Dropout.js"
import * as Statistics from "../../src/backends/wasm/Statistics.js"
import { numbers, use } from "./backends.js"

// Kernels for a frequent case equal those for all to the bit: which one runs depends on shapes alone.

beforeAll(() => use("wasm"))

const bits = (tensor: tf.Tensor): Array<number> => [
  ...new Int32Array(tensor.dataSync().slice().buffer)
]

describe("MaxPoolGrad", () => {
  it("has the bits of the general kernel for windows of 2 × 2 side by side", () => {
    const [line, channels] = [6, 4]
    const values = numbers(2 * 4 * line * channels, 7).map((x) => Math.round(3 * x))
    values[5] = Number.NaN
    values[40] = -Infinity
    const slopes = numbers(2 * 2 * 3 * channels, 8).map((x, i) => (i % 7 === 0 ? -0 : x))
    const x = tf.tensor4d(values, [2, 4, line, channels])
    const dy = tf.tensor4d(slopes, [2, 2, 3, channels])
    const gradient = (input: Tensor4D): Tensor4D =>
      tf.grad((one) => tf.maxPool(one as Tensor4D, 2, 2, "valid"))(input, dy) as Tensor4D
    // A fifth row, in no window, leaves the general kernel.
    const higher = tf.concat([x, tf.zeros([2, 1, line, channels])], 1) as Tensor4D
    const general = tf.slice(gradient(higher), [0, 0, 0, 0], [2, 4, line, channels])
    expect(bits(gradient(x))).toEqual(bits(general))
  })
})

describe("Bias.add", () => {
  it.each([4, 7, 32])(
    "has the gradients of adding and ReLU, to the bit: %i channels",
    (channels) => {
      const x = tf.tensor(numbers(2 * 3 * 5 * channels, 9), [2, 3, 5, channels])
      const bias = tf.tensor(numbers(channels, 10), [channels])
      const dy = tf.tensor(numbers(x.size, 11), x.shape)
      const [own, stock] = [
        (one: tf.Tensor, add: tf.Tensor) => Bias.add(tf.mul(one, 1), add, { relu: true }),
        (one: tf.Tensor, add: tf.Tensor) => tf.relu(tf.add(one, add))
      ].map((f) => tf.grads(f as (...args: Array<tf.Tensor>) => tf.Tensor)([x, bias], dy))
      expect(own!.map(bits)).toEqual(stock!.map(bits))
    }
  )
})

describe("Statistics.overTime", () => {
  it("has the value and the gradient of the operations that it stands for, to the bit", () => {
    const composed = (x: tf.Tensor): tf.Tensor => {
      const { mean, variance } = tf.moments(x, 1)
      return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-5))], -1)
    }
    const x = tf.tensor(numbers(3 * 7 * 20, 12), [3, 7, 20])
    const dy = tf.tensor(numbers(3 * 40, 13), [3, 40])
    for (const f of [Statistics.overTime, composed]) expect(f(x).shape).toEqual([3, 40])
    expect(bits(Statistics.overTime(x))).toEqual(bits(composed(x)))
    expect(bits(tf.grad(Statistics.overTime)(x, dy))).toEqual(bits(tf.grad(composed)(x, dy)))
  })
})

describe("Dropout.drop", () => {
  it.each([0.1, 0.2, 0.5])(
    "drops what TensorFlow.js drops by the same seed, to the bit: a rate of %f",
    (rate) => {
      const x = tf.tensor(numbers(500, 14), [20, 25])
      const dy = tf.tensor(numbers(500, 15), [20, 25])
      const own = (one: tf.Tensor) => Dropout.drop(one, rate, 7)
      const stock = (one: tf.Tensor) => tf.dropout(one, rate, undefined, 7)
      expect(bits(own(x))).toEqual(bits(stock(x)))
      expect(bits(tf.grad(own)(x, dy))).toEqual(bits(tf.grad(stock)(x, dy)))
    }
  )
})

describe("SpatialDropout1D", () => {
  it("drops all of a channel or nothing", () => {
    const layer = tf.layers.spatialDropout1d({ rate: 0.5, seed: 3 })
    const y = layer.apply(tf.ones([2, 4, 8]), { training: true }) as tf.Tensor3D
    const [mean, least] = [tf.mean(y, 1), tf.min(y, 1)]
    expect(bits(mean)).toEqual(bits(least))
  })
})

describe("Dense", () => {
  it("trains with ReLU as by the operations that it stands for, to the bit", () => {
    const layer = tf.layers.dense({ units: 6, activation: "relu", inputShape: [5] })
    const x = tf.tensor(numbers(4 * 5, 16), [4, 5])
    const dy = tf.tensor(numbers(4 * 6, 17), [4, 6])
    layer.apply(tf.input({ shape: [5] }))
    const [kernel, bias] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D]
    const own = (one: tf.Tensor) => layer.apply(one, { training: true }) as tf.Tensor
    const stock = (one: tf.Tensor) => tf.relu(tf.add(tf.matMul(one as tf.Tensor2D, kernel), bias))
    expect(bits(own(x))).toEqual(bits(stock(x)))
    expect(bits(tf.grad(own)(x, dy))).toEqual(bits(tf.grad(stock)(x, dy)))
  })
})

describe("the tape", () => {
  it("saves tensors without running a kernel for each", async () => {
    const x = tf.tensor1d([1, 2, 3])
    const { kernels } = await tf.profile(() => tf.grad((one) => tf.square(one))(x))
    expect(kernels.map(({ name }) => name)).not.toContain("Identity")
  })

  it("passes the gradient of a gradient through what it has saved", () => {
    const third = tf.grad((x) => tf.grad((y) => tf.mul(tf.square(y), y))(x))
    expect([...third(tf.tensor1d([2, 3])).dataSync()]).toEqual([12, 18])
  })

  it("frees what it has saved", () => {
    const x = tf.tensor1d([1, 2, 3])
    const before = tf.memory()
    tf.dispose(tf.grad((one) => tf.square(one))(x))
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
  })
})
