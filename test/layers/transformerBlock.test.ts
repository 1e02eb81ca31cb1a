import { describe, expect, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { positionalEncoding, reversibleEmbedding, transformerBlock } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { softmaxCrossEntropy } from "../../src/backends/Losses.js"
import { tensor, use } from "../backends/backends.js"
import { testBackends } from "../support/backend.js"
import { again, difference, fill, references, slopes } from "./layers.js"

describe("transformerBlock", () => {
  for (const backend of testBackends) {
    it.each(references.blocks)(
      `computes what PyTorch's TransformerEncoderLayer computes, on ${backend}: normalizeFirst $normalizeFirst`,
      async ({ input, normalizeFirst, output }) => {
        await use(backend)
        const x = tf.input({ shape: [4, 6] })
        const block = transformerBlock({
          numHeads: 2,
          intermediateDim: 8,
          normalizeFirst,
          useCausalMask: true,
          name: "b"
        })
        const model = tf.model({ inputs: x, outputs: block(x) })
        const weightsOf = (name: string) => model.getLayer(`b_${name}`).weights
        fill(weightsOf("attention"), [10, 11, 12, 13, 14, 15, 16, 17])
        fill(weightsOf("intermediate"), [20, 21])
        fill(weightsOf("output"), [22, 23])
        fill(weightsOf("attention_norm"), [30, 31])
        fill(weightsOf("norm"), [32, 33])
        const given = tensor([2, 4, 6], 1)
        const found = slopes([given], () => model.apply(given) as tf.Tensor)
        expect(difference(found.output, output)).toBeLessThan(5e-6)
        expect(difference(found.gradients[0]!, input)).toBeLessThan(2e-5)
      }
    )
  }

  it("makes a language model that is read again from its JSON", async () => {
    await use("cpu")
    const model = language({ dropout: 0.1 })
    const copy = await again(model)
    const tokens = tf.tensor2d([[1, 2, 3, 4, 0, 6]], [1, 6], "int32")
    const predict = (one: tf.LayersModel) => [...(one.predict(tokens) as tf.Tensor).dataSync()]
    expect(predict(copy)).toEqual(predict(model))
    expect(copy.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name))
  })

  // A change of a kernel's order of sums changes the digest: if that is meant, `-u` writes it again.
  it("trains to the same bits in every process, on every machine", async () => {
    await use("wasm")
    const model = language({ dropout: 0.25 })
    model.weights.forEach((weight, i) =>
      weight.write(tf.mul(tensor(weight.shape as Array<number>, i + 1), 0.3))
    )
    let drawn = 0
    const random = Math.random
    Math.random = () => (drawn = (drawn + 0.381966) % 1)
    try {
      for (let step = 0; step < 3; step++) train(model, step)
    } finally {
      Math.random = random
    }
    const hash = createHash("sha256")
    for (const weight of model.getWeights()) hash.update(weight.dataSync())
    expect(hash.digest("hex")).toMatchInlineSnapshot(
      `"c71bafba88cc6cbc3a763693370cf741530f8ebe399783e5a1933e95b8801302"`
    )
  })
})

const language = ({ dropout }: { readonly dropout: number }) => {
  const tokens = tf.input({ shape: [6], dtype: "int32" })
  const embedding = reversibleEmbedding({ inputDim: 7, outputDim: 8 })
  const placed = positionalEncoding({ maxLength: 6 }).apply(embedding.apply(tokens))
  const block = transformerBlock({ numHeads: 2, useCausalMask: true, dropout })
  const outputs = embedding.apply(block(placed as tf.SymbolicTensor)) as tf.SymbolicTensor
  return tf.model({ inputs: tokens, outputs })
}

const train = (model: tf.LayersModel, seed: number): void =>
  tf.tidy(() => {
    const tokens = tf.cast(tf.mul(tf.abs(tensor([3, 6], seed + 50)), 7), "int32")
    const { grads } = tf.variableGrads(() =>
      softmaxCrossEntropy(tokens, model.apply(tokens, { training: true }) as tf.Tensor)
    )
    for (const weight of model.trainableWeights) {
      const variable = weight.read() as tf.Variable
      variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.1)))
    }
  })
