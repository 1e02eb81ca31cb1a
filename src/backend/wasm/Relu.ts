import type { Tensor } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

const name = "HoldfastReluGradient"

/** The gradient of ReLU in one pass; TensorFlow.js composes it of a step, a cast and a product. */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [name]: kernel<"dy" | "x">(({ inputs: { dy, x } }) => {
    const dx = heap.output(x.shape)
    simd.reluGradient(heap.address(dy), heap.address(x), heap.address(dx), size(x.shape))
    return dx
  })
})

/** Gradients are registered for all backends at once: on the others the one there was stays. */
export const registerGradient = (): void => {
  const stock = tf.getGradient("Relu")
  tf.unregisterGradient("Relu")
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved
      if (tf.getBackend() !== "wasm" || x === undefined) return stock.gradFunc(dy, saved, attrs)
      return { x: () => tf.engine().runKernel(name, { dy: dy as Tensor, x }) as Tensor }
    }
  })
}
