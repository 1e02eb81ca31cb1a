import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/** The kernel of x, gamma and beta whose outputs are y and each row's mean and factor. */
export const forward = "HoldfastLayerNormalization"
const backward = "HoldfastLayerNormalizationGradient"

interface Epsilon {
  readonly epsilon: number
}

/** Layer normalisation over the last axis, and its gradient, a row at a time. */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"x" | "gamma" | "beta", Epsilon>(({ inputs: { x, gamma, beta }, attrs }) => {
    const C = x.shape.at(-1)!
    const n = size(x.shape) / C
    const [y, statistics] = [heap.output(x.shape), heap.output([n, 2])]
    const [X, Y, g, b, s] = [x, y, gamma, beta, statistics].map(heap.address)
    simd.normalizeRows(X!, Y!, n, C, g!, b!, attrs.epsilon, s!)
    return [y, statistics]
  }),
  [backward]: kernel<"dy" | "x" | "gamma" | "statistics">(
    ({ inputs: { dy, x, gamma, statistics } }) => {
      const C = x.shape.at(-1)!
      const out = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const [dx, dGamma, dBeta] = out.map(heap.address)
      const [X, dY, g, s] = [x, dy, gamma, statistics].map(heap.address)
      simd.normalizeRowsGradient(X!, dY!, dx!, size(x.shape) / C, C, g!, s!, dGamma!, dBeta!)
      return out
    }
  )
})

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true],
    gradFunc: (dys, [x, gamma, statistics]) => {
      const dy = (dys as Array<Tensor>)[0]
      const [dx, dGamma, dBeta] = tf
        .engine()
        .runKernel(backward, { dy, x, gamma, statistics } as never) as [Tensor, Tensor, Tensor]
      return { x: () => dx, gamma: () => dGamma, beta: () => dBeta }
    }
  })
}
