import { describe, expect, it } from "@effect/vitest"
import { multiHeadAttention } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { tensor, use } from "../backends/backends.js"
import { testBackends } from "../support/backend.js"
import { again, configOf, difference, fill, references, slopes, type Attention } from "./layers.js"

const [BATCH, TIME, KEYS, WIDTH] = [2, 4, 5, 6]

const layerOf = ({ causal, inputs, mask }: Attention) => {
  const layer = multiHeadAttention({
    numHeads: 2,
    useCausalMask: causal,
    useAttentionMask: mask !== null
  })
  const shapes = [[BATCH, TIME, WIDTH], ...(inputs.length === 2 ? [[BATCH, KEYS, WIDTH]] : [])]
  const all = mask === null ? shapes : [...shapes, [BATCH, mask[0]!.length]]
  layer.build(all.length === 1 ? all[0]! : all)
  fill(layer.weights, [10, 11, 12, 13, 14, 15, 16, 17])
  return { layer, shapes }
}

describe("multiHeadAttention", () => {
  for (const backend of testBackends) {
    it.each(Object.entries(references.attention))(
      `computes what PyTorch computes, and its gradients: %s on ${backend}`,
      async (_, reference) => {
        await use(backend)
        const { layer, shapes } = layerOf(reference)
        const inputs = shapes.map((shape, i) => tensor(shape, i + 1))
        const weights = layer.weights.map((weight) => weight.read())
        const mask =
          reference.mask === null ? [] : [tf.tensor(reference.mask as Array<Array<number>>)]
        const { gradients, output } = slopes([...inputs, ...weights], () => {
          const given = [...inputs, ...mask]
          return layer.call(given.length === 1 ? given[0]! : given)
        })
        expect(difference(output, reference.output)).toBeLessThan(2e-6)
        const expected = [...reference.inputs, ...reference.weights]
        expect(gradients).toHaveLength(expected.length)
        gradients.forEach((found, i) =>
          expect(difference(found, expected[i]!), `gradient ${i}`).toBeLessThan(5e-6)
        )
      }
    )
  }

  it("ignores as keys what an embedding masks", async () => {
    await use(testBackends[0]!)
    const tokens = tf.input({ shape: [TIME], dtype: "int32" })
    const embedded = tf.layers
      .embedding({ inputDim: 5, outputDim: WIDTH, maskZero: true })
      .apply(tokens)
    const layer = multiHeadAttention({ numHeads: 2 })
    const model = tf.model({
      inputs: tokens,
      outputs: layer.apply(embedded as tf.SymbolicTensor) as tf.SymbolicTensor
    })
    const predict = (tokens: Array<number>) => [
      ...(model.predict(tf.tensor2d([tokens], [1, TIME], "int32")) as tf.Tensor).dataSync()
    ]
    const before = predict([3, 1, 2, 0])
    const [embeddings] = model.weights
    const changed = tf.add(embeddings!.read(), tf.oneHot(tf.tensor1d([0], "int32"), 5).transpose())
    embeddings!.write(changed)
    const after = predict([3, 1, 2, 0])
    expect(after.slice(0, 3 * WIDTH)).toEqual(before.slice(0, 3 * WIDTH))
    expect(after.slice(3 * WIDTH)).not.toEqual(before.slice(3 * WIDTH))
  })

  it("gives zeros before the last projection where no key counts", async () => {
    for (const backend of testBackends) {
      await use(backend)
      const layer = multiHeadAttention({ numHeads: 2, useAttentionMask: true })
      const x = tensor([1, 3, 4], 1)
      const y = layer.apply([x, tf.zeros([1, 3])]) as tf.Tensor
      expect([...y.dataSync()]).toEqual(Array(12).fill(0))
    }
  })

  it("drops other attention weights in each call, by what Math.random gives alone", async () => {
    const drawn = (of: number) => {
      const random = Math.random
      Math.random = () => of
      try {
        const y = layer.apply(x, { training: true }) as tf.Tensor
        return [...y.dataSync()]
      } finally {
        Math.random = random
      }
    }
    await use(testBackends[0]!)
    const x = tensor([1, 8, 4], 1)
    const layer = multiHeadAttention({ numHeads: 2, dropout: 0.5 })
    layer.build(x.shape)
    fill(layer.weights, [10, 11, 12, 13, 14, 15, 16, 17])
    expect(drawn(0.25)).toEqual(drawn(0.25))
    expect(drawn(0.25)).not.toEqual(drawn(0.75))
    const predicted = layer.apply(x) as tf.Tensor
    expect([...predicted.dataSync()]).not.toEqual(drawn(0.25))
  })

  it("is read again from its JSON, with its options and weights", async () => {
    await use("cpu")
    const x = tf.input({ shape: [TIME, WIDTH] })
    const y = tf.input({ shape: [KEYS, 3] })
    const mask = tf.input({ shape: [KEYS] })
    const layer = multiHeadAttention({
      numHeads: 3,
      keyDim: 4,
      valueDim: 2,
      outputDim: 5,
      useBias: false,
      useCausalMask: true,
      useAttentionMask: true,
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.1 }),
      kernelRegularizer: "l1l2"
    })
    const output = layer.apply([x, y, mask]) as tf.SymbolicTensor
    const model = tf.model({ inputs: [x, y, mask], outputs: output })
    expect(output.shape).toEqual([null, TIME, 5])
    expect(model.weights.map(({ shape }) => shape)).toEqual([
      [6, 12],
      [3, 12],
      [3, 6],
      [6, 5]
    ])
    const copy = await again(model)
    expect(configOf(copy.layers.at(-1)!)).toEqual(configOf(layer))
    const inputs = [tensor([2, TIME, WIDTH]), tensor([2, KEYS, 3]), tf.ones([2, KEYS])]
    const predict = (one: tf.LayersModel) => [...(one.predict(inputs) as tf.Tensor).dataSync()]
    expect(predict(copy)).toEqual(predict(model))
  })

  it("refuses options and inputs that do not go together", async () => {
    await use("cpu")
    const apply = (
      args: Parameters<typeof multiHeadAttention>[0],
      ...shapes: Array<Array<number>>
    ) => {
      const inputs = shapes.map((shape) => tf.input({ shape }))
      return () => multiHeadAttention(args).apply(inputs.length === 1 ? inputs[0]! : inputs)
    }
    expect(apply({ numHeads: 4 }, [5, 6])).toThrow(/6, is no multiple of its 4 heads; give keyDim/)
    expect(apply({ numHeads: 2 }, [6])).toThrow(/takes sequences, \[batch, time, width\]/)
    expect(apply({ numHeads: 2, useAttentionMask: true }, [5, 6])).toThrow(/takes \[query, mask\]/)
    expect(apply({ numHeads: 2 }, [5, 6], [5, 6], [5, 6], [5])).toThrow(/set useAttentionMask/)
    expect(() => multiHeadAttention({ numHeads: 0 })).toThrow(/numHeads .* is 0/)
    expect(() => multiHeadAttention({ numHeads: 1, dropout: 1 })).toThrow(/dropout .* is 1/)
  })

  it("refuses keys that a layer before it masks, of which it would not hear", async () => {
    await use("cpu")
    const x = tf.input({ shape: [TIME, WIDTH] })
    const tokens = tf.input({ shape: [KEYS] })
    const keys = tf.layers
      .embedding({ inputDim: 5, outputDim: WIDTH, maskZero: true })
      .apply(tokens)
    const y = multiHeadAttention({ numHeads: 2 }).apply([x, keys as tf.SymbolicTensor])
    const model = tf.model({ inputs: [x, tokens], outputs: y as tf.SymbolicTensor })
    expect(() => model.predict([tensor([1, TIME, WIDTH]), tf.ones([1, KEYS])])).toThrow(
      /give the mask as last input, and set useAttentionMask/
    )
  })
})
