import type { backend_util, KernelFunc, TensorInfo } from "../../tf.js"
import { type ConvAttrs, geometry, paddedSize } from "./Convolution.js"
import { type Activation, activate, addBias } from "./Fused.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

type Shape4 = [number, number, number, number]

/**
 * Depthwise convolution and its gradients. The stock backend lacks the gradients, and its forward
 * kernel gives zeros for some shapes with strides of 3 and `same` padding.
 *
 * A multiplier is done away with first: each channel of the input is repeated that many times.
 */
export const kernels = (tools: Tools): Kernels => ({
  DepthwiseConv2dNative: forward(tools),
  FusedDepthwiseConv2D: kernel<
    "x" | "filter" | "bias" | "preluActivationWeights",
    ConvAttrs & Activation
  >(({ inputs: { x, filter, bias, preluActivationWeights }, attrs }) =>
    activate(
      tools,
      addBias(tools, tools.run("DepthwiseConv2dNative", { x, filter }, { ...attrs }), bias),
      attrs,
      preluActivationWeights
    )
  ),
  DepthwiseConv2dNativeBackpropInput: inputGradient(tools),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(tools)
})

const forward = (tools: Tools): KernelFunc =>
  kernel<"x" | "filter", ConvAttrs>(({ inputs: { x, filter }, attrs }) => {
    const { heap, simd } = tools
    const info = geometry(x.shape, filter.shape, attrs, true)
    const [KH, KW, C, multiplier] = filter.shape as Shape4
    const out = heap.output(info.outShape)
    const [OH, OW, channels] = [info.outHeight, info.outWidth, C * multiplier]
    eachImage(tools, x, multiplier, info, (image, width, b) =>
      simd.depthwise(
        image,
        heap.address(filter),
        heap.address(out) + b * OH * OW * channels * 4,
        width,
        channels,
        OH,
        OW,
        KH,
        KW,
        ...steps(info)
      )
    )
    return out
  })

const filterGradient = (tools: Tools): KernelFunc =>
  kernel<"x" | "dy", ConvAttrs & { readonly filterShape: Shape4 }>(
    ({ inputs: { x, dy }, attrs }) => {
      const { heap, simd } = tools
      const info = geometry(x.shape, attrs.filterShape, attrs, true)
      const [KH, KW, C, multiplier] = attrs.filterShape
      const out = heap.output(attrs.filterShape)
      heap.floats(out).fill(0)
      const [OH, OW, channels] = [info.outHeight, info.outWidth, C * multiplier]
      eachImage(tools, x, multiplier, info, (image, width, b) =>
        simd.depthwiseFilterGradient(
          image,
          heap.address(dy) + b * OH * OW * channels * 4,
          heap.address(out),
          width,
          channels,
          OH,
          OW,
          KH,
          KW,
          ...steps(info)
        )
      )
      return out
    }
  )

const steps = (info: backend_util.Conv2DInfo): ReadonlyArray<number> => [
  info.strideHeight,
  info.strideWidth,
  info.dilationHeight,
  info.dilationWidth
]

/** Gives each image of the batch, with channels repeated and padding added, and its width. */
const eachImage = (
  { heap, simd }: Tools,
  x: TensorInfo,
  multiplier: number,
  info: backend_util.Conv2DInfo,
  use: (address: number, width: number, index: number) => void
): void => {
  const [B, H, W, C] = x.shape as Shape4
  const channels = C * multiplier
  const [height, width] = paddedSize(info)
  const repeats = multiplier > 1
  const pads = height !== H || width !== W
  const repeated = repeats ? H * W * channels * 4 : 0
  const padded = pads ? height * width * channels * 4 : 0
  heap.withScratch(repeated + padded + 16, (scratch) => {
    for (let b = 0; b < B; b++) {
      let image = heap.address(x) + b * H * W * C * 4
      if (repeats) {
        simd.spread(image, scratch, H * W * C, multiplier)
        image = scratch
      }
      if (pads) {
        const place = scratch + repeated
        const { top, left } = info.padInfo
        simd.place(image, place, H, W, channels, height, width, top, left, 1, 1, Number(b > 0))
        image = place
      }
      use(image, width, b)
    }
  })
}

/** dx: dy, placed among zeros, convolved with the filter turned round, summed over the multiplier. */
const inputGradient = (tools: Tools): KernelFunc =>
  kernel<"dy" | "filter", ConvAttrs & { readonly inputShape: Shape4 }>(
    ({ inputs: { dy, filter }, attrs }) => {
      const { heap, simd } = tools
      const info = geometry(attrs.inputShape, filter.shape, attrs, true)
      const { inHeight: H, inWidth: W, outHeight: OH, outWidth: OW, padInfo } = info
      const { effectiveFilterHeight: extentH, effectiveFilterWidth: extentW } = info
      const [KH, KW, C, multiplier] = filter.shape as Shape4
      const channels = C * multiplier
      const [height, width] = [H + extentH - 1, W + extentW - 1]
      const [top, left] = [extentH - 1 - padInfo.top, extentW - 1 - padInfo.left]
      const out = heap.output([info.batchSize, H, W, channels])
      const turned = turnedFilter(tools, filter)
      heap.withScratch(height * width * channels * 4, (scratch) => {
        for (let b = 0; b < info.batchSize; b++) {
          const from = heap.address(dy) + b * OH * OW * channels * 4
          const { strideHeight, strideWidth } = info
          simd.place(
            from,
            scratch,
            OH,
            OW,
            channels,
            height,
            width,
            top,
            left,
            strideHeight,
            strideWidth,
            Number(b > 0)
          )
          simd.depthwise(
            scratch,
            heap.address(turned),
            heap.address(out) + b * H * W * channels * 4,
            width,
            channels,
            H,
            W,
            KH,
            KW,
            1,
            1,
            info.dilationHeight,
            info.dilationWidth
          )
        }
      })
      heap.free(turned)
      if (multiplier === 1) return out
      const groups = heap.reshaped(out, [size(attrs.inputShape), multiplier])
      const sum = tools.run("Sum", { x: groups }, { axis: [1], keepDims: false })
      heap.free(groups)
      return heap.reshaped(sum, attrs.inputShape)
    }
  )

/** The filter turned by 180°. */
const turnedFilter = ({ heap }: Tools, filter: TensorInfo): TensorInfo => {
  const turned = heap.output(filter.shape)
  const from = heap.floats(filter)
  const to = heap.floats(turned)
  const [KH, KW, C, multiplier] = filter.shape as Shape4
  const channels = C * multiplier
  const last = KH * KW - 1
  for (let k = 0; k <= last; k++) {
    to.set(from.subarray((last - k) * channels, (last - k + 1) * channels), k * channels)
  }
  return turned
}
