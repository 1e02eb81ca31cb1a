import type { backend_util, KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import {
  addGradient,
  means,
  ofGradient,
  type Windows,
  windows2d,
  windows3d
} from "../tfjs/gradients/AveragePoolingGradient.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

type Shape4 = [number, number, number, number]

interface PoolAttrs {
  readonly filterSize: number | [number, number]
  readonly strides: number | [number, number]
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
}

/**
 * Pooling, and its gradients. Stock max pooling hides NaN, and loses the gradient of windows without a
 * positive value; stock average pooling gives -Infinity for NaN, and its gradient divides by the full
 * window where part of it lies outside.
 */
export const kernels = (tools: Tools): Kernels => ({
  MaxPool: max(tools, tools.stock("MaxPool")),
  AvgPool: average(tools, tools.stock("AvgPool")),
  MaxPoolGrad: maxGradient(tools),
  AvgPoolGrad: averageGradient(tools, (shape, attrs) => windows2d(geometry(shape, attrs))),
  AvgPool3DGrad: averageGradient(tools, (shape, attrs) => windows3d(geometry3d(shape, attrs)))
})

const geometry = (shape: ReadonlyArray<number>, attrs: PoolAttrs): backend_util.Conv2DInfo =>
  tf.backend_util.computePool2DInfo(
    shape as Shape4,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode
  )

const max = ({ heap, simd }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x", PoolAttrs>((call) => {
    const { x } = call.inputs
    if (x.dtype !== "float32") return stock(call as never)
    const info = geometry(x.shape, call.attrs)
    const out = heap.output(info.outShape)
    simd.maxPool(heap.address(x), heap.address(out), ...x.shape, ...places(info))
    return out
  })

/** The size of the output, the window, the strides and the padding. */
const places = (info: backend_util.Conv2DInfo): ReadonlyArray<number> => [
  info.outHeight,
  info.outWidth,
  info.filterHeight,
  info.filterWidth,
  info.strideHeight,
  info.strideWidth,
  info.padInfo.top,
  info.padInfo.left
]

/**
 * The stock kernel's means, but for what it gets wrong: it gives -Infinity for NaN, and leaves out the
 * windows that rounding up adds.
 */
const average = ({ heap, simd }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"x", PoolAttrs>((call) => {
    const { x } = call.inputs
    const info = geometry(x.shape, call.attrs)
    const out = isRoundedUp(info)
      ? heap.output(info.outShape)
      : (stock(call as never) as TensorInfo)
    if (isRoundedUp(info) || simd.exponentSpread(heap.address(out), size(out.shape)) === Infinity) {
      means(windows2d(info), heap.floats(x), heap.floats(out))
    }
    return out
  })

/** Whether the last windows begin later than the others, and reach beyond the padded image. */
const isRoundedUp = (info: backend_util.Conv2DInfo): boolean => {
  const { top, bottom, left, right } = info.padInfo
  return (
    (info.outHeight - 1) * info.strideHeight + info.filterHeight > info.inHeight + top + bottom ||
    (info.outWidth - 1) * info.strideWidth + info.filterWidth > info.inWidth + left + right
  )
}

const maxGradient = ({ heap, simd }: Tools): KernelFunc =>
  kernel<"dy" | "input", PoolAttrs>(({ inputs: { dy, input }, attrs }) => {
    const info = geometry(input.shape, attrs)
    const dx = heap.output(input.shape)
    simd.maxPoolGradient(
      heap.address(input),
      heap.address(dy),
      heap.address(dx),
      ...input.shape,
      ...places(info)
    )
    return dx
  })

const averageGradient = (
  { heap }: Tools,
  windows: (shape: ReadonlyArray<number>, attrs: PoolAttrs) => Windows
): KernelFunc =>
  kernel<"dy" | "input", PoolAttrs>(({ inputs: { dy, input }, attrs }) => {
    const dx = heap.output(input.shape)
    heap.floats(dx).fill(0)
    const at = ofGradient(windows(input.shape, attrs), dy.shape)
    addGradient(at, heap.floats(dy), heap.floats(dx))
    return dx
  })

const geometry3d = (shape: ReadonlyArray<number>, attrs: PoolAttrs): backend_util.Conv3DInfo =>
  tf.backend_util.computePool3DInfo(
    shape as never,
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    attrs.pad as "valid",
    attrs.dimRoundingMode
  )
