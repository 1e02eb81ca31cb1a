import type { backend_util, KernelFunc } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
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
  AvgPoolGrad: averageGradient(tools)
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

const averageGradient = ({ heap }: Tools): KernelFunc =>
  kernel<"dy" | "input", PoolAttrs>(({ inputs: { dy, input }, attrs }) => {
    const dx = heap.output(input.shape)
    heap.floats(dx).fill(0)
    addAverageGradient(geometry(input.shape, attrs), heap.floats(dy), heap.floats(dx))
    return dx
  })

/** Spreads each gradient evenly over the part of its window that lies inside, adding to dx. */
export const addAverageGradient = (
  info: backend_util.Conv2DInfo,
  dy: Float32Array,
  dx: Float32Array
): void => {
  const { inHeight: H, inWidth: W, inChannels: C, outHeight: OH, outWidth: OW } = info
  for (let place = 0; place < info.batchSize * OH * OW; place++) {
    const b = Math.floor(place / (OH * OW))
    const top = (Math.floor(place / OW) % OH) * info.strideHeight - info.padInfo.top
    const left = (place % OW) * info.strideWidth - info.padInfo.left
    const [h0, h1] = [Math.max(0, top), Math.min(H, top + info.filterHeight)]
    const [w0, w1] = [Math.max(0, left), Math.min(W, left + info.filterWidth)]
    const share = 1 / ((h1 - h0) * (w1 - w0))
    for (let h = h0; h < h1; h++) {
      let i = ((b * H + h) * W + w0) * C
      for (let w = w0; w < w1; w++) {
        for (let c = 0; c < C; c++) dx[i++]! += dy[place * C + c]! * share
      }
    }
  }
}
