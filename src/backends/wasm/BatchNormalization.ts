import type { Tensor, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/** The kernel of x, gamma and beta whose outputs are y, mean and variance. */
export const forward = "HoldfastBatchNormalization"
const backward = "HoldfastBatchNormalizationGradient"

interface Epsilon {
  readonly epsilon: number
}

/**
 * Batch normalization in training, over the last axis, and its gradient: each reads the data twice,
 * instead of some forty operations.
 */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"x" | "gamma" | "beta", Epsilon>(
    ({ inputs: { x, gamma, beta }, attrs: { epsilon } }) => {
      const [n, C] = rowsAndColumns(x)
      const [y, mean, variance] = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const [X, g, b, m, v, Y] = [x, gamma, beta, mean, variance, y].map(heap.address)
      simd.columnMoments(X!, n, C, m!, v!)
      heap.withScratch(8 * C, (factor) => {
        const shift = factor + 4 * C
        simd.factorsOfNorm(g!, b!, m!, v!, C, epsilon, factor, shift)
        simd.scaleShift(X!, Y!, n, C, factor, shift)
      })
      return [y, mean, variance]
    }
  ),
  [backward]: kernel<"dy" | "x" | "gamma" | "mean" | "variance", Epsilon>(
    ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon } }) => {
      const [n, C] = rowsAndColumns(x)
      const [dx, dGamma, dBeta] = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const [X, dY, g, m, v] = [x, dy, gamma, mean, variance].map(heap.address)
      const [dX, products, sums] = [dx, dGamma, dBeta].map(heap.address)
      simd.gradientSums(X!, dY!, n, C, m!, sums!, products!)
      heap.withScratch(12 * C, (a) => {
        const [b, k] = [a + 4 * C, a + 8 * C]
        simd.factorsOfNormGradient(g!, m!, v!, sums!, products!, n, C, epsilon, a, b, k)
        simd.combine(X!, dY!, dX!, n, C, a, b, k)
      })
      return [dx, dGamma, dBeta]
    }
  )
})

const rowsAndColumns = ({ shape }: TensorInfo): readonly [number, number] => [
  size(shape.slice(0, -1)),
  shape.at(-1)!
]

/** Of the three outputs, the first alone has a gradient. */
export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true, true],
    gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
      const dy = (dys as Array<Tensor>)[0]
      // One kernel computes all three, but each is asked for in a scope of its own, at once.
      const gradients = tf
        .engine()
        .runKernel(backward, { dy, x, gamma, mean, variance } as never, attrs) as Array<Tensor>
      return {
        x: () => gradients[0]!,
        gamma: () => gradients[1]!,
        beta: () => gradients[2]!
      }
    }
  })
}
