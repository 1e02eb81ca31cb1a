import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"
import * as Relu from "./Relu.js"

const name = "HoldfastBias"
const backward = "HoldfastBiasReluGradient"

interface Attrs {
  /** Whether ReLU follows. */
  readonly relu: boolean
}

/**
 * A bias added to the last axis, and ReLU, in one pass and in the memory of x. The operations of
 * TensorFlow.js take two, and keep what comes between for the gradient.
 */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [name]: kernel<"x" | "bias", Attrs>(({ inputs: { x, bias }, attrs: { relu } }) => {
    const C = x.shape.at(-1)!
    simd.addBias(heap.address(x), heap.address(bias), size(x.shape) / C, C, Number(relu))
    return heap.retain(x, x.shape)
  }),
  [backward]: kernel<"dy" | "y">(({ inputs: { dy, y } }) => {
    const C = y.shape.at(-1)!
    const [slope, sums] = [heap.output(y.shape), heap.output([C])]
    const [d, v, s, t] = [dy, y, slope, sums].map(heap.address)
    simd.biasReluGradient(d!, v!, s!, t!, size(y.shape) / C, C)
    return [slope, sums]
  })
})

/** Adds a bias [C] to x [..., C], followed by ReLU if `relu`. Where there is a kernel for it, x is overwritten. */
export const add = (x: Tensor, bias: Tensor, { relu }: Attrs): Tensor => {
  if (tf.getKernel(name, tf.getBackend()) != null) {
    return tf.engine().runKernel(name, { x, bias }, { relu }) as Tensor
  }
  const y = tf.add(x, bias)
  return relu ? tf.relu(y) : y
}

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: name,
    outputsToSave: [true],
    gradFunc: (dy, [y], attrs) => {
      // Computed once for both, outside the scopes in which each is asked for, at once.
      if (attrs["relu"] === true && y!.shape.at(-1)! >= 4) {
        const inputs = { dy: dy as Tensor, y: y! }
        const [slope, sums] = tf.engine().runKernel(backward, inputs) as [Tensor, Tensor]
        return { x: () => slope, bias: () => sums }
      }
      const slope = attrs["relu"] === true ? Relu.gradient(dy as Tensor, y!) : (dy as Tensor)
      const outer = slope.shape.map((_, axis) => axis).slice(0, -1)
      return { x: () => slope.clone(), bias: () => tf.sum(slope, outer) }
    }
  })
}
