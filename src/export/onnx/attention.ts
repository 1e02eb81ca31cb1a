import * as tf from "../../tf.js"
import { range, known, type GraphBuilder, type Value } from "./GraphBuilder.js"
import type { LayerInput, LayerWriter } from "./LayerWriter.js"

const bool = 9
const float = 1

/** [batch, time, heads · width] as [batch, heads, time, width], or with the last two axes swapped. */
const split = (builder: GraphBuilder, x: string, heads: number, swapped: boolean): string => {
  const apart = builder.add("Reshape", [x, builder.integers(0, 0, heads, -1)])
  return builder.add("Transpose", [apart], { perm: swapped ? [0, 2, 3, 1] : [0, 2, 1, 3] })
}

/** Which keys count, of floats, to be broadcast over [batch, heads, queries, keys]; none: all do. */
const countsOf = ({ builder, config, inputs }: LayerInput): string | undefined => {
  const isGiven = config["useAttentionMask"] === true
  const [query, value = query] = isGiven ? inputs.slice(0, -1) : inputs
  const asFloats = (name: string, rank: number) => {
    const axes = builder.integers(...(rank === 2 ? [1, 2] : [1]))
    const truths = builder.add("Cast", [name], { to: bool })
    return builder.add("Unsqueeze", [builder.add("Cast", [truths], { to: float }), axes])
  }
  const counts: Array<string> = []
  if (isGiven) {
    const mask = inputs.at(-1)!
    counts.push(asFloats(builder.last(mask), mask.shape.length))
  } else if (inputs.length === 1 && query!.mask !== undefined) counts.push(asFloats(query!.mask, 2))
  if (config["useCausalMask"] === true) {
    const [T, S] = [known(query!.shape[1]), known(value!.shape[1])]
    const seen = range(0, T).flatMap((t) => range(0, S).map((s) => (s <= t ? 1 : 0)))
    counts.push(builder.floats(seen, [T, S]))
  }
  return counts.length === 0
    ? undefined
    : counts.reduce((all, one) => builder.add("Mul", [all, one]))
}

const multiHeadAttention: LayerWriter = (input) => {
  const { builder, config, inputs, layer, shape, weightsOf } = input
  const weights = weightsOf(layer)
  const heads = Number(config["numHeads"])
  const projected = (name: string, x: string) => {
    const product = builder.add("MatMul", [x, builder.weight(weights[`${name}_kernel`]!, 1)])
    const bias = weights[`${name}_bias`]
    return bias === undefined ? product : builder.add("Add", [product, builder.weight(bias)])
  }
  const given = config["useAttentionMask"] === true ? inputs.slice(0, -1) : inputs
  const [query, value = query, key = value] = given
  const of = (name: string, from: Value, swapped = false) =>
    split(builder, projected(name, builder.last(from)), heads, swapped)
  const scale = builder.floats(1 / Math.sqrt(Number(config["keyDim"])))
  const products = builder.add("MatMul", [of("query", query!), of("key", key!, true)])
  const scores = builder.add("Mul", [products, scale])
  const counts = countsOf(input)
  const softmax = (x: string) => builder.add("Softmax", [x], { axis: -1 })
  const probabilities = () => {
    if (counts === undefined) return softmax(scores)
    const truths = builder.add("Cast", [counts], { to: bool })
    const seen = builder.add("Where", [truths, scores, builder.floats(-1e30)])
    // The product is for a query without a key, whose softmax is over equal scores.
    return builder.add("Mul", [softmax(seen), counts])
  }
  const heard = builder.add("MatMul", [probabilities(), of("value", value!)])
  const back = builder.add("Transpose", [heard], { perm: [0, 2, 1, 3] })
  const together = builder.add("Reshape", [back, builder.integers(0, 0, -1)])
  const { mask } = query!
  return { shape, last: projected("output", together), ...(mask !== undefined && { mask }) }
}

const positionalEncoding: LayerWriter = ({ builder, config, input, layer, shape, weightsOf }) => {
  const [length, width] = [known(shape[1]), known(shape[2])]
  const { embeddings } = weightsOf(layer)
  const added = () => {
    if (embeddings === undefined) {
      // What it adds to nothing.
      const y = layer.call(tf.zeros([1, length, width]), {}) as tf.Tensor
      return builder.floats(y.dataSync() as Float32Array, [length, width])
    }
    const all = builder.weight(embeddings, 1)
    return length === config["maxLength"]
      ? all
      : builder.add("Slice", [all, builder.integers(0), builder.integers(length)])
  }
  return { ...input, shape, last: builder.add("Add", [builder.last(input), added()]) }
}

/** Vectors of tokens; of vectors, logits. */
const reversibleEmbedding: LayerWriter = (given) => {
  const { builder, config, input, layer, shape, weightsOf } = given
  const matrix = builder.weight(weightsOf(layer)["embeddings"]!, 1)
  if (input.shape.length === 3) {
    const logits = builder.add("Transpose", [matrix], { perm: [1, 0] })
    return { ...input, shape, last: builder.add("MatMul", [builder.last(input), logits]) }
  }
  const tokens = builder.add("Cast", [builder.last(input)], { to: 7 })
  const rows = builder.add("Gather", [matrix, tokens])
  if (config["maskZero"] !== true) return { shape, last: rows }
  const padding = builder.add("Equal", [tokens, builder.integers(0)])
  return { shape, last: rows, mask: builder.add("Not", [padding]) }
}

/** The writers of the layers of `holdfast/layers`, by the names of their classes. */
export const attention: Readonly<Record<string, LayerWriter>> = {
  MultiHeadAttention: multiHeadAttention,
  PositionalEncoding: positionalEncoding,
  ReversibleEmbedding: reversibleEmbedding
}
