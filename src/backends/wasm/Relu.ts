import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
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

/** dy where the output y of ReLU, or its input, is positive, else 0. */
export const gradient = (dy: Tensor, y: Tensor): Tensor =>
  tf.engine().runKernel(name, { dy, x: y }) as Tensor

/** Gradients are registered for all backends at once: on the others the one there was stays. */
export const registerGradient = (): void => {
  const stock = tf.getGradient("Relu")
  tf.unregisterGradient("Relu")
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved
      if (tf.getBackend() !== "wasm" || x === undefined) return stock.gradFunc(dy, saved, attrs)
      return { x: () => gradient(dy as Tensor, x) }
    }
  })
}
