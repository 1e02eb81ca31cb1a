import type { DataType, KernelFunc } from "@tensorflow/tfjs"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/**
 * Clones share their data until one of them is disposed, as on every other backend, and so do casts
 * to the type that there is already. The stock kernels copy it: once for each tensor that is saved
 * for a gradient.
 */
export const kernels = ({ heap, stock }: Tools): Kernels => ({
  Identity: share(heap, stock("Identity")),
  Cast: share(heap, stock("Cast"))
})

const share = (heap: Tools["heap"], stock: KernelFunc): KernelFunc =>
  kernel<"x", { readonly dtype?: DataType }>((call) => {
    const { x } = call.inputs
    const same = (call.attrs?.dtype ?? x.dtype) === x.dtype
    return same && x.dtype !== "string" ? heap.shared(x, x.shape) : stock(call as never)
  })
