import type { DataType, KernelFunc, TensorInfo } from "@tensorflow/tfjs"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/**
 * Clones share their data until one of them is disposed, as on every other backend, and so do casts
 * to the type that there is already. The stock kernels copy it: once for each tensor that is saved
 * for a gradient. What is cast to bool is 0 or 1; the stock kernel keeps the lowest byte.
 */
export const kernels = ({ heap, stock }: Tools): Kernels => ({
  Identity: share(heap, stock("Identity")),
  Cast: share(heap, stock("Cast"))
})

const share = (heap: Tools["heap"], stock: KernelFunc): KernelFunc =>
  kernel<"x", { readonly dtype?: DataType }>((call) => {
    const { x } = call.inputs
    const dtype = call.attrs?.dtype ?? x.dtype
    if (x.dtype === "string") return stock(call as never)
    if (dtype === x.dtype) return heap.shared(x, x.shape)
    return dtype === "bool" ? truthOf(heap, x) : stock(call as never)
  })

/** Whether each element is other than 0. NaN is. */
const truthOf = (heap: Tools["heap"], x: TensorInfo): TensorInfo => {
  const out = heap.output(x.shape, "bool")
  const [from, to] = [heap.floats(x), heap.floats(out)]
  for (let i = 0; i < from.length; i++) to[i] = from[i] === 0 ? 0 : 1
  return out
}
