import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/**
 * The kernel of q [B, T, H · D], k [B, S, H · D], v [B, S, H · E] and perhaps a mask, [B, S] or
 * [B or 1, T, S], of floats, 0 for a key that does not count; outputs: [B, T, H · E], and the probabilities
 * before dropout, of which nothing is written for keys that causality hides.
 */
export const forward = "HoldfastAttention"
const backward = "HoldfastAttentionGradient"

/** How attention is computed. */
export interface Attrs {
  readonly heads: number
  /** What q · k is multiplied by. */
  readonly scale: number
  /** Whether a query sees no key after its own place. */
  readonly causal: boolean
  /** The share of probabilities that dropout makes 0, and the seeds that say which. */
  readonly dropout: number
  readonly seeds: readonly [number, number]
}

/** Attention in a block of queries at a time, in the memory where the heads lie side by side. */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"q" | "k" | "v" | "mask", Attrs>(({ inputs: { q, k, v, mask }, attrs }) => {
    const { B, T, S, lengths } = lengthsOf(q, k, v, attrs)
    const out = heap.output([B, T, v.shape[2]!])
    const p = heap.output([B, attrs.heads, T, S])
    const { length: rank = 0, [0]: examples } = mask?.shape ?? []
    const maskRow = rank === 3 ? S * 4 : 0
    const maskBatch = examples === 1 && B > 1 ? 0 : rank === 3 ? T * S * 4 : S * 4
    heap.withScratch(simd.attentionScratch(S), (scratch) => {
      const [Q, K, V, O, P] = [q, k, v, out, p].map(heap.address)
      const M = mask === undefined ? 0 : heap.address(mask)
      const masks = [M, maskBatch, maskRow]
      simd.attention(Q!, K!, V!, O!, P!, ...masks, ...lengths, ...numbersOf(attrs), scratch)
    })
    return [out, p]
  }),
  [backward]: kernel<"dy" | "q" | "k" | "v" | "p", Attrs>(
    ({ inputs: { dy, q, k, v, p }, attrs }) => {
      const { S, lengths } = lengthsOf(q, k, v, attrs)
      const out = [heap.output(q.shape), heap.output(k.shape), heap.output(v.shape)]
      if (size(q.shape) * size(k.shape) === 0) return out
      heap.withScratch(simd.attentionScratch(S), (scratch) => {
        const addresses = [dy, q, k, v, p, ...out].map(heap.address)
        simd.attentionGradient(...addresses, ...lengths, ...numbersOf(attrs), scratch)
      })
      return out
    }
  )
})

const lengthsOf = (
  q: tf.TensorInfo,
  k: tf.TensorInfo,
  v: tf.TensorInfo,
  { heads }: Pick<Attrs, "heads">
) => {
  const [B, T, width] = q.shape as [number, number, number]
  const S = k.shape[1]!
  return { B, T, S, lengths: [B, heads, T, S, width / heads, v.shape[2]! / heads] }
}

const numbersOf = ({ causal, dropout, scale, seeds }: Attrs): ReadonlyArray<number> => [
  scale,
  Number(causal),
  thresholdOf(dropout),
  1 / (1 - dropout),
  ...seeds
]

/** Of 2^32 numbers, how many are dropped at such a rate. */
export const thresholdOf = (rate: number): number => Math.floor(rate * 0x1_0000_0000)

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["q", "k", "v"],
    outputsToSave: [false, true],
    gradFunc: (dys, [q, k, v, p], attrs) => {
      const dy = (dys as Array<Tensor>)[0]!
      // Computed once for all, outside the scopes in which each is asked for, at once.
      const [dq, dk, dv] = tf.engine().runKernel(backward, { dy, q, k, v, p } as never, attrs) as [
        Tensor,
        Tensor,
        Tensor
      ]
      // A mask has none: one that is computed of weights is refused, by the lack of it.
      return { q: () => dq.clone(), k: () => dk.clone(), v: () => dv.clone() }
    }
  })
}
