import type { KernelFunc } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

interface ReduceAttrs {
  readonly axis: number | ReadonlyArray<number>
  readonly keepDims: boolean
}

/** Sums and means over neighbouring axes that are not the last, and tiling, their gradient. */
export const kernels = (tools: Tools): Kernels => ({
  Sum: reduce(tools, tools.stock("Sum"), false),
  Mean: reduce(tools, tools.stock("Mean"), true),
  Tile: tile(tools, tools.stock("Tile"))
})

/** For which the stock kernels transpose the whole tensor first: a bias' gradient, statistics. */
const reduce = ({ heap, simd }: Tools, stock: KernelFunc, mean: boolean): KernelFunc =>
  kernel<"x", ReduceAttrs>((call) => {
    const { x } = call.inputs
    const axes = tf.util
      .parseAxisParam(call.attrs.axis as Array<number>, x.shape)
      .sort((a, b) => a - b)
    const first = axes[0]
    const last = axes.at(-1)
    if (first === undefined || last === undefined || x.dtype !== "float32")
      return stock(call as never)
    const outer = size(x.shape.slice(0, first))
    const inner = size(x.shape.slice(last + 1))
    const reduced = size(x.shape.slice(first, last + 1))
    const adjacent = last - first + 1 === axes.length
    if (!adjacent || inner < 4 || outer * reduced === 0) return stock(call as never)

    const shape = call.attrs.keepDims
      ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : x.shape.filter((_, axis) => !axes.includes(axis))
    const out = heap.output(shape)
    const [X, O] = [heap.address(x), heap.address(out)]
    for (let i = 0; i < outer; i++) {
      simd.columnSums(X + i * reduced * inner * 4, O + i * inner * 4, reduced, inner)
    }
    if (mean) simd.scale(O, outer * inner, 1 / reduced)
    return out
  })

/** Repeats along one axis after the other, the last first: the stock kernel takes 100 ms and more. */
const tile = ({ heap, simd }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x", { readonly reps: ReadonlyArray<number> }>((call) => {
    const { x } = call.inputs
    const { reps } = call.attrs
    if (x.dtype !== "float32" || size(x.shape) * size(reps) === 0) return stock(call as never)
    let tiled = heap.retain(x, x.shape)
    for (let axis = reps.length - 1; axis >= 0; axis--) {
      const times = reps[axis]!
      if (times === 1) continue
      const outer = size(tiled.shape.slice(0, axis))
      const block = size(tiled.shape.slice(axis))
      const out = heap.output(tiled.shape.with(axis, tiled.shape[axis]! * times))
      const [X, O] = [heap.address(tiled), heap.address(out)]
      if (block === 1) simd.spread(X, O, outer, times)
      else {
        for (let i = 0; i < outer; i++) {
          simd.repeat(X + i * block * 4, O + i * block * times * 4, block, times)
        }
      }
      heap.free(tiled)
      tiled = out
    }
    return tiled
  })
