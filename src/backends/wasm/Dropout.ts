import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Alea from "./Alea.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

const name = "HoldfastDropout"

interface Attrs {
  readonly rate: number
  readonly seed: string
}

/**
 * Dropout in one pass. TensorFlow.js draws the same numbers and takes five operations for the rest. The second
 * output is what each element is multiplied by, 0 or 1 / (1 − rate).
 */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [name]: kernel<"x", Attrs>(({ inputs: { x }, attrs: { rate, seed } }) => {
    const [y, factors] = [heap.output(x.shape), heap.output(x.shape)]
    const [from, to, by] = [x, y, factors].map(heap.address)
    const kept = Math.fround(1 - rate)
    simd.dropout(from!, to!, by!, size(x.shape), kept, ...Alea.stateOf(seed))
    return [y, factors]
  })
})

/** Sets a part `rate` of x to zero and scales the rest; on WebAssembly. Without a seed by Math.random. */
export const drop = (x: Tensor, rate: number, seed?: number | string | null): Tensor => {
  const attrs: Attrs = { rate, seed: String(seed ?? Math.random()) }
  return (tf.engine().runKernel(name, { x }, { ...attrs }) as [Tensor, Tensor])[0]
}

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: name,
    outputsToSave: [false, true],
    gradFunc: (dys, [factors]) => ({ x: () => tf.mul((dys as Array<Tensor>)[0]!, factors!) })
  })
}
