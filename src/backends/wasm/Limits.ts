import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

/**
 * What keeps values within limits. The stock kernels make a limit of NaN, which hides that a run
 * diverges, and take integers for the bits of floats.
 */
export const kernels = (tools: Tools): Kernels => ({
  ClipByValue: kernel<"x", { readonly clipValueMin: number; readonly clipValueMax: number }>(
    ({ inputs: { x }, attrs }) => clamp(tools, x, attrs.clipValueMin, attrs.clipValueMax)
  ),
  Relu6: kernel<"x">(({ inputs: { x } }) => clamp(tools, x, 0, 6)),
  Maximum: extreme(tools, tools.stock("Maximum"), true),
  Minimum: extreme(tools, tools.stock("Minimum"), false)
})

const clamp = ({ heap, simd }: Tools, x: TensorInfo, low: number, high: number): TensorInfo => {
  const y = heap.output(x.shape, x.dtype)
  if (x.dtype === "float32") simd.clamp(heap.address(x), heap.address(y), size(x.shape), low, high)
  else {
    const [from, to] = [heap.integers(x), heap.integers(y)]
    for (let i = 0; i < from.length; i++) to[i] = Math.min(Math.max(from[i]!, low), high)
  }
  return y
}

const extreme = ({ heap, simd, run }: Tools, stock: KernelFunc, larger: boolean): KernelFunc =>
  kernel<"a" | "b">((call) => {
    const { a, b } = call.inputs
    if (a.dtype !== "float32" || b.dtype !== "float32") return stock(call as never)
    const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape])
    const spread = (x: TensorInfo): TensorInfo => {
      if (tf.util.arraysEqual(x.shape, shape)) return heap.retain(x, shape)
      const long = shape.map((_, i) => x.shape.at(i - shape.length) ?? 1)
      const reps = shape.map((length, i) => (long[i] === length ? 1 : length))
      return run("Tile", { x: { ...x, shape: long } }, { reps })
    }
    const spreads = [spread(a), spread(b)] as const
    const y = heap.output(shape)
    const [A, B] = [heap.address(spreads[0]), heap.address(spreads[1])]
    simd.extreme(A, B, heap.address(y), size(shape), Number(larger))
    spreads.forEach(heap.free)
    return y
  })
