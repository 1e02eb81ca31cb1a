import type { KernelFunc } from "@tensorflow/tfjs"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/**
 * Clones share their data until one of them is disposed, as on every other backend. The stock kernel
 * copies it, once for each tensor that is saved for a gradient.
 */
export const kernels = ({ heap, stock }: Tools): Kernels => ({
  Identity: share(heap, stock("Identity"))
})

const share = (heap: Tools["heap"], stock: KernelFunc): KernelFunc =>
  kernel<"x">((call) => {
    const { x } = call.inputs
    return x.dtype === "string" ? stock(call as never) : heap.shared(x, x.shape)
  })
