import { describe, expect, it } from "@effect/vitest"
import { positionalEncoding, reversibleEmbedding } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { tensor, use } from "../backends/backends.js"
import { testBackends } from "../support/backend.js"
import { again, configOf, difference, slopes } from "./layers.js"

describe("positionalEncoding", () => {
  it("adds the sines and cosines of the paper", async () => {
    await use("cpu")
    const y = positionalEncoding({ maxLength: 40, kind: "sinusoidal" }).apply(tf.zeros([1, 40, 7]))
    const expected = Array.from({ length: 40 * 7 }, (_, at) => {
      const [time, i] = [Math.floor(at / 7), at % 7]
      const angle = time / 10_000 ** ((i - (i % 2)) / 7)
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    })
    expect(difference([...(y as tf.Tensor).dataSync()], expected)).toBeLessThan(1e-7)
  })

  it("learns a vector for each position, and takes shorter sequences", async () => {
    await use(testBackends[0]!)
    const layer = positionalEncoding({ maxLength: 3 })
    const x = tensor([2, 2, 4])
    layer.apply(x)
    const [embeddings] = layer.weights.map((weight) => weight.read())
    const { gradients, output } = slopes([embeddings!], () => layer.apply(x) as tf.Tensor)
    const added = [...embeddings!.dataSync()].slice(0, 8)
    expect(output).toEqual([...tf.add(x, tf.tensor(added, [2, 4])).dataSync()])
    const both = [...tf.sum(tensor([2, 2, 4], 3), 0).dataSync()]
    expect(difference(gradients[0]!, [...both, 0, 0, 0, 0])).toBeLessThan(1e-6)
  })

  it("refuses longer sequences", async () => {
    await use("cpu")
    const x = tf.input({ shape: [5, 4] })
    expect(() => positionalEncoding({ maxLength: 4 }).apply(x)).toThrow(/sequences of up to 4/)
    const open = tf.input({ shape: [null, 4] })
    const y = positionalEncoding({ maxLength: 4 }).apply(open) as tf.SymbolicTensor
    const model = tf.model({ inputs: open, outputs: y })
    expect(() => model.predict(tf.zeros([1, 5, 4]))).toThrow(/sequences of up to 4/)
  })
})

describe("reversibleEmbedding", () => {
  it("has one matrix, whose gradient is the sum of both uses", async () => {
    for (const backend of testBackends) {
      await use(backend)
      const layer = reversibleEmbedding({ inputDim: 5, outputDim: 3 })
      const tokens = tf.tensor2d([[1, 4, 1, 0]], [1, 4], "int32")
      layer.apply(tokens)
      layer.weights[0]!.write(tensor([5, 3], 8))
      const E = layer.weights[0]!.read()
      const both = slopes([E], () => layer.apply(layer.apply(tokens)) as tf.Tensor)
      const plain = slopes([E], () => {
        const rows = tf.matMul(tf.oneHot(tf.reshape(tokens, [4]), 5).cast("float32"), E)
        return tf.reshape(tf.matMul(rows, E, false, true), [1, 4, 5])
      })
      expect(difference(both.output, plain.output)).toBeLessThan(1e-6)
      expect(difference(both.gradients[0]!, plain.gradients[0]!)).toBeLessThan(1e-6)
      expect(layer.weights).toHaveLength(1)
    }
  })

  it("masks token 0 where that is padding, and is read again from its JSON", async () => {
    await use("cpu")
    const tokens = tf.input({ shape: [4], dtype: "int32" })
    const layer = reversibleEmbedding({ inputDim: 5, outputDim: 3, maskZero: true })
    const model = tf.model({
      inputs: tokens,
      outputs: layer.apply(layer.apply(tokens)) as tf.SymbolicTensor
    })
    const given = tf.tensor2d([[1, 4, 0, 0]], [1, 4], "int32")
    expect([...layer.computeMask(given).dataSync()]).toEqual([1, 1, 0, 0])
    const copy = await again(model)
    expect(configOf(copy.layers.at(-1)!)).toEqual(configOf(layer))
    const predict = (one: tf.LayersModel) => [...(one.predict(given) as tf.Tensor).dataSync()]
    expect(predict(copy)).toEqual(predict(model))
  })

  it("refuses inputs that are neither tokens nor its vectors", async () => {
    await use("cpu")
    const layer = reversibleEmbedding({ inputDim: 5, outputDim: 3 })
    expect(() => layer.apply(tf.input({ shape: [4, 2] }))).toThrow(/vectors, \[batch, time, 3\]/)
  })
})
