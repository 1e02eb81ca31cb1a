import type { backend_util, KernelFunc, TensorInfo } from "@tensorflow/tfjs"
import { type ConvAttrs, geometry, paddedSize } from "./Convolution.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

type Shape4 = [number, number, number, number]

/** The gradients of depthwise convolution, which the stock backend lacks. */
export const kernels = (tools: Tools): Kernels => ({
  DepthwiseConv2dNativeBackpropInput: inputGradient(tools),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(tools)
})

/** dx: dy, placed among zeros, convolved with the filter turned round, summed over the multiplier. */
const inputGradient = (tools: Tools): KernelFunc =>
  kernel<"dy" | "filter", ConvAttrs & { readonly inputShape: Shape4 }>(
    ({ inputs: { dy, filter }, attrs }) => {
      const { heap, simd } = tools
      const info = geometry(attrs.inputShape, filter.shape, attrs, true)
      const { batchSize: B, inHeight: H, inWidth: W, outHeight: OH, outWidth: OW } = info
      const { effectiveFilterHeight: extentH, effectiveFilterWidth: extentW, padInfo } = info
      const [KH, KW, C, multiplier] = filter.shape as Shape4
      const channels = C * multiplier
      const [height, width] = [H + extentH - 1, W + extentW - 1]
      const placed = heap.output([B, height, width, channels])
      for (let b = 0; b < B; b++) {
        simd.place(
          heap.address(dy) + b * OH * OW * channels * 4,
          heap.address(placed) + b * height * width * channels * 4,
          OH,
          OW,
          channels,
          height,
          width,
          extentH - 1 - padInfo.top,
          extentW - 1 - padInfo.left,
          info.strideHeight,
          info.strideWidth
        )
      }
      const turned = turnedFilter(tools, filter, [KH, KW, channels, 1])
      const spread = tools.run(
        "DepthwiseConv2dNative",
        { x: placed, filter: turned },
        { strides: [1, 1], pad: "valid", dilations: [info.dilationHeight, info.dilationWidth] }
      )
      heap.free(placed)
      heap.free(turned)
      if (multiplier === 1) return spread
      const groups = heap.reshaped(spread, [B * H * W * C, multiplier])
      const sum = tools.run("Sum", { x: groups }, { axis: [1], keepDims: false })
      heap.free(groups)
      return heap.reshaped(sum, attrs.inputShape)
    }
  )

const turnedFilter = ({ heap }: Tools, filter: TensorInfo, shape: Shape4): TensorInfo => {
  const turned = heap.output(shape)
  const from = heap.floats(filter)
  const to = heap.floats(turned)
  const channels = shape[2]
  const last = shape[0] * shape[1] - 1
  for (let k = 0; k <= last; k++) {
    to.set(from.subarray((last - k) * channels, (last - k + 1) * channels), k * channels)
  }
  return turned
}

const filterGradient = (tools: Tools): KernelFunc =>
  kernel<"x" | "dy", ConvAttrs & { readonly filterShape: Shape4 }>(
    ({ inputs: { x, dy }, attrs }) => {
      const { heap, simd } = tools
      const info = geometry(x.shape, attrs.filterShape, attrs, true)
      const [KH, KW, C, multiplier] = attrs.filterShape
      const out = heap.output(attrs.filterShape)
      heap.floats(out).fill(0)
      if (multiplier !== 1 || C % 4 !== 0) {
        sumGeneral(info, multiplier, heap.floats(x), heap.floats(dy), heap.floats(out))
        return out
      }
      const { inHeight: H, inWidth: W, outHeight: OH, outWidth: OW, padInfo } = info
      const [height, width] = paddedSize(info)
      const places = height !== H || width !== W
      heap.withScratch(places ? height * width * C * 4 : 16, (scratch) => {
        for (let b = 0; b < info.batchSize; b++) {
          let source = heap.address(x) + b * H * W * C * 4
          if (places) {
            simd.place(source, scratch, H, W, C, height, width, padInfo.top, padInfo.left, 1, 1)
            source = scratch
          }
          simd.depthwiseFilterGradient(
            source,
            heap.address(dy) + b * OH * OW * C * 4,
            heap.address(out),
            width,
            C,
            OH,
            OW,
            KH,
            KW,
            info.strideHeight,
            info.strideWidth,
            info.dilationHeight,
            info.dilationWidth
          )
        }
      })
      return out
    }
  )

/** The filter's gradient for any multiplier and number of channels, added to `out`. */
const sumGeneral = (
  info: backend_util.Conv2DInfo,
  multiplier: number,
  x: Float32Array,
  dy: Float32Array,
  out: Float32Array
): void => {
  const { inHeight: H, inWidth: W, inChannels: C, outHeight: OH, outWidth: OW, padInfo } = info
  const channels = C * multiplier
  for (let k = 0; k < info.filterHeight * info.filterWidth; k++) {
    const top = Math.floor(k / info.filterWidth) * info.dilationHeight - padInfo.top
    const left = (k % info.filterWidth) * info.dilationWidth - padInfo.left
    for (let place = 0; place < info.batchSize * OH * OW; place++) {
      const b = Math.floor(place / (OH * OW))
      const h = (Math.floor(place / OW) % OH) * info.strideHeight + top
      const w = (place % OW) * info.strideWidth + left
      if (h < 0 || h >= H || w < 0 || w >= W) continue
      const from = ((b * H + h) * W + w) * C
      for (let c = 0; c < channels; c++) {
        out[k * channels + c]! += x[from + Math.floor(c / multiplier)]! * dy[place * channels + c]!
      }
    }
  }
}
