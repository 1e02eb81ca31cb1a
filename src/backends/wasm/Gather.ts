import type { KernelFunc } from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/**
 * Rows of a table by their indices, as an embedding gathers them, for which the stock kernel works out the
 * place of each number; and their gradient, which the stock backend lacks.
 */
export const kernels = (tools: Tools): Kernels => ({
  GatherV2: gatherRows(tools, tools.stock("GatherV2")),
  UnsortedSegmentSum: segmentSum(tools)
})

const gatherRows = ({ heap }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x" | "indices", { readonly axis: number; readonly batchDims: number }>((call) => {
    const { indices, x } = call.inputs
    const { axis, batchDims } = call.attrs
    const [rows, ...row] = x.shape
    if (axis !== 0 || batchDims !== 0 || x.dtype !== "float32" || size(x.shape) === 0) {
      return stock(call as never)
    }
    const length = size(row)
    const out = heap.output([...indices.shape, ...row])
    const [from, to, ids] = [heap.floats(x), heap.floats(out), heap.integers(indices)]
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      if (!(id >= 0 && id < rows!)) {
        heap.free(out)
        throw new Error(`GatherV2: the index value ${id} is not in [0, ${rows! - 1}]`)
      }
      to.set(from.subarray(id * length, (id + 1) * length), i * length)
    }
    return out
  })

const segmentSum = ({ heap }: Tools): KernelFunc =>
  kernel<"x" | "segmentIds", { readonly numSegments: number }>(
    ({ inputs: { x, segmentIds }, attrs: { numSegments } }) => {
      const row = x.shape.slice(segmentIds.shape.length)
      const length = size(row)
      const out = heap.output([numSegments, ...row])
      const [from, to, ids] = [heap.floats(x), heap.floats(out), heap.integers(segmentIds)]
      to.fill(0)
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!
        if (id < 0 || id >= numSegments) continue
        for (let c = 0; c < length; c++) to[id * length + c]! += from[i * length + c]!
      }
      return out
    }
  )
