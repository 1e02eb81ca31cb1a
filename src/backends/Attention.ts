import type { Tensor } from "../tf.js"
import * as tf from "../tf.js"
import { forward, thresholdOf, type Attrs } from "./wasm/Attention.js"

/** Queries, keys and values: [batch, time, heads · width], the heads side by side. */
export interface AttentionInput {
  readonly query: Tensor
  readonly key: Tensor
  readonly value: Tensor
  /**
   * Which keys count: 0 for one that does not. [batch, keys] for all queries, or [batch, queries, keys], or
   * [1, queries, keys] for all examples.
   */
  readonly mask?: Tensor | undefined
}

/**
 * Scaled dot-product attention, softmax(scale · q kᵀ) v for each head (Vaswani et al., "Attention Is All
 * You Need", 2017). A query that no key counts for gets zeros. In one kernel where the backend has it.
 */
export const attention = ({ key, mask, query, value }: AttentionInput, attrs: Attrs): Tensor => {
  const counts = mask && tf.cast(tf.cast(mask, "bool"), "float32")
  if (tf.getKernel(forward, tf.getBackend()) == null) {
    return composed({ query, key, value, mask: counts }, attrs)
  }
  const inputs = { q: query, k: key, v: value, ...(counts && { mask: counts }) }
  return (tf.engine().runKernel(forward, inputs, { ...attrs }) as [Tensor])[0]
}

/** The same of operations that every backend has. */
const composed = (
  { key, mask, query, value }: AttentionInput,
  { causal, dropout, heads, scale, seeds }: Attrs
): Tensor => {
  const [B, T] = query.shape as [number, number]
  const S = key.shape[1]!
  const split = (x: Tensor) =>
    tf.transpose(tf.reshape(x, [B, x.shape[1]!, heads, x.shape[2]! / heads]), [0, 2, 1, 3])
  const scores = tf.mul(tf.matMul(split(query), split(key), false, true), scale)
  const counting = [
    ...(causal ? [causalMask(T, S)] : []),
    ...(mask ? [tf.expandDims(mask.rank === 2 ? tf.expandDims(mask, 1) : mask, 1)] : [])
  ]
  let p: Tensor
  if (counting.length === 0) p = tf.softmax(scores)
  else {
    const counts = counting.reduce((all, one) => tf.mul(all, one))
    // The second factor is for a query without a key, whose softmax is over equal scores.
    const seen = tf.where(tf.cast(tf.add(tf.zerosLike(scores), counts), "bool"), scores, -1e30)
    p = tf.mul(tf.softmax(seen), counts)
  }
  if (dropout > 0) p = tf.mul(p, dropMask([B, heads, T, S], dropout, seeds))
  const heard = tf.transpose(tf.matMul(p, split(value)), [0, 2, 1, 3])
  return tf.reshape(heard, [B, T, value.shape[2]!])
}

/** [queries, keys]: 1 up to the place of the query, else 0. */
const causalMask = (queries: number, keys: number): Tensor =>
  tf.cast(
    tf.greaterEqual(tf.reshape(tf.range(0, queries), [queries, 1]), tf.range(0, keys)),
    "float32"
  )

/** Factors of dropout: 0 for what is dropped, else 1 / (1 − rate). The kernel draws the same. */
const dropMask = (shape: Array<number>, rate: number, seeds: Attrs["seeds"]): Tensor => {
  const [threshold, keep] = [thresholdOf(rate), 1 / (1 - rate)]
  const size = tf.util.sizeFromShape(shape)
  const values = Float32Array.from({ length: size }, (_, i) =>
    hash(i, seeds) >= threshold ? keep : 0
  )
  return tf.tensor(values, shape)
}

/** Mixes a number and two seeds, as in src/backends/kernels/attention.ts. */
const hash = (i: number, [a, b]: Attrs["seeds"]): number => {
  let x = i ^ a
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  x ^= x >>> 16
  x = Math.imul(x ^ b, 0x9e3779b1)
  return (x ^ (x >>> 15)) >>> 0
}
