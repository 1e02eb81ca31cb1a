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
      const [factor, shift] = [heap.output([C]), heap.output([C])]
      const at = heap.address
      simd.columnMoments(at(x), n, C, at(mean), at(variance))
      const [m, v, g, b, f, s] = [mean, variance, gamma, beta, factor, shift].map(heap.floats)
      for (let c = 0; c < C; c++) {
        f![c] = g![c]! / Math.sqrt(v![c]! + epsilon)
        s![c] = b![c]! - m![c]! * f![c]!
      }
      simd.scaleShift(at(x), at(y), n, C, at(factor), at(shift))
      heap.free(factor)
      heap.free(shift)
      return [y, mean, variance]
    }
  ),
  [backward]: kernel<"dy" | "x" | "gamma" | "mean" | "variance", Epsilon>(
    ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon } }) => {
      const [n, C] = rowsAndColumns(x)
      const [dx, dGamma, dBeta] = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const factors = [heap.output([C]), heap.output([C]), heap.output([C])] as const
      const at = heap.address
      simd.gradientSums(at(x), at(dy), n, C, at(mean), at(dBeta), at(dGamma))
      // dx = γ/σ (dy − mean(dy) − (x − μ)/σ² · mean(dy (x − μ))), as dy·a + x·b + k.
      const [m, v, g, sum, product] = [mean, variance, gamma, dBeta, dGamma].map(heap.floats)
      const [a, b, k] = factors.map(heap.floats)
      for (let c = 0; c < C; c++) {
        const inverse = 1 / Math.sqrt(v![c]! + epsilon)
        const slope = g![c]! * inverse
        a![c] = slope
        b![c] = (-slope * inverse * inverse * product![c]!) / n
        k![c] = (-slope * sum![c]!) / n - b![c]! * m![c]!
        product![c]! *= inverse
      }
      const [A, B, K] = factors.map(at)
      simd.combine(at(x), at(dy), at(dx), n, C, A!, B!, K!)
      for (const factor of factors) heap.free(factor)
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
        x: () => gradients[0]!.clone(),
        gamma: () => gradients[1]!.clone(),
        beta: () => gradients[2]!.clone()
      }
    }
  })
}
