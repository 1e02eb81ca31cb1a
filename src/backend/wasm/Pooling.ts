import type { backend_util, KernelFunc } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { addGradient, type Windows, windows2d, windows3d } from "../gradients/AveragePooling.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

type Shape4 = [number, number, number, number]

interface PoolAttrs {
  readonly filterSize: number | [number, number]
  readonly strides: number | [number, number]
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
}

/**
 * The gradients of pooling. Stock max pooling loses the gradient of windows without a positive
 * value; stock average pooling divides by the full window where part of it lies outside.
 */
export const kernels = (tools: Tools): Kernels => ({
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

const maxGradient = ({ heap, simd }: Tools): KernelFunc =>
  kernel<"dy" | "input", PoolAttrs>(({ inputs: { dy, input }, attrs }) => {
    const info = geometry(input.shape, attrs)
    const dx = heap.output(input.shape)
    simd.maxPoolGradient(
      heap.address(input),
      heap.address(dy),
      heap.address(dx),
      ...input.shape,
      info.outHeight,
      info.outWidth,
      info.filterHeight,
      info.filterWidth,
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top,
      info.padInfo.left
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
    addGradient(windows(input.shape, attrs), heap.floats(dy), heap.floats(dx))
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
