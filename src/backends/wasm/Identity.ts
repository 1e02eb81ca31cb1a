import type { DataType, KernelFunc, TensorInfo } from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/**
 * Clones share their data until one of them is disposed, as on every other backend, and so do casts
 * to the type that there is already. The stock kernels copy it: once for each tensor that is saved
 * for a gradient. What is cast to bool is 0 or 1; the stock kernel keeps the lowest byte.
 */
export const kernels = (tools: Tools): Kernels => ({
  Identity: share(tools, tools.stock("Identity")),
  Cast: share(tools, tools.stock("Cast"))
})

const share = (tools: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x", { readonly dtype?: DataType }>((call) => {
    const { x } = call.inputs
    const dtype = call.attrs?.dtype ?? x.dtype
    if (x.dtype === "string") return stock(call as never)
    if (dtype === x.dtype) return tools.heap.retain(x, x.shape)
    return dtype === "bool" ? truthOf(tools, x) : stock(call as never)
  })

/** Whether each element is other than 0. NaN is. */
const truthOf = ({ heap, simd }: Tools, x: TensorInfo): TensorInfo => {
  const out = heap.output(x.shape, "bool")
  simd.truths(heap.address(x), heap.address(out), size(x.shape), Number(x.dtype === "int32"))
  return out
}
