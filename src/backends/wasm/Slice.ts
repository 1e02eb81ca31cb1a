import type { KernelFunc } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

type Place = number | Array<number>

/**
 * A part of a tensor. The stock kernel copies the whole tensor first, and takes what lies beside it
 * where the part goes beyond its end.
 */
export const kernels = (tools: Tools): Kernels => ({ Slice: slice(tools, tools.stock("Slice")) })

const slice = ({ heap }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x", { readonly begin: Place; readonly size: Place }>((call) => {
    const { x } = call.inputs
    const [begin, extent] = tf.slice_util.parseSliceParams(
      x as tf.Tensor,
      call.attrs.begin,
      call.attrs.size
    ) as [Array<number>, Array<number>]
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin, extent)
    if (x.dtype === "string") return stock(call as never)
    const out = heap.output(extent, x.dtype)
    const [from, to] = [heap.floats(x), heap.floats(out)]
    // What lies within the innermost axis that is cut is contiguous.
    let axis = extent.length - 1
    while (axis > 0 && extent[axis] === x.shape[axis]) axis--
    const inner = size(x.shape.slice(axis + 1))
    const run = (extent[axis] ?? 1) * inner
    const runs = run === 0 ? 0 : to.length / run
    const strides = x.shape.map((_, i) => size(x.shape.slice(i + 1)))
    const index = Array.from({ length: Math.max(axis, 0) }, () => 0)
    for (let i = 0; i < runs; i++) {
      let start = axis < 0 ? 0 : begin[axis]! * strides[axis]!
      for (let d = 0; d < axis; d++) start += (begin[d]! + index[d]!) * strides[d]!
      to.set(from.subarray(start, start + run), i * run)
      for (let d = axis - 1; d >= 0 && ++index[d]! === extent[d]; d--) index[d] = 0
    }
    return out
  })
