import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/** The kernel of x whose output is x Φ(x). */
export const forward = "HoldfastGelu"
const backward = "HoldfastGeluGradient"

/** The Gaussian error linear unit in one pass; TensorFlow.js composes it of five, and its gradient of ten. */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"x">(({ inputs: { x } }) => {
    const y = heap.output(x.shape)
    simd.gelu(heap.address(x), heap.address(y), size(x.shape))
    return y
  }),
  [backward]: kernel<"dy" | "x">(({ inputs: { dy, x } }) => {
    const dx = heap.output(x.shape)
    simd.geluGradient(heap.address(dy), heap.address(x), heap.address(dx), size(x.shape))
    return dx
  })
})

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({
      x: () => tf.engine().runKernel(backward, { dy: dy as Tensor, x: x! }) as Tensor
    })
  })
}
