import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/** The gradient of gathering, thus of an embedding; the stock backend lacks it. */
export const kernels = ({ heap }: Tools): Kernels => ({
  UnsortedSegmentSum: kernel<"x" | "segmentIds", { readonly numSegments: number }>(
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
})
