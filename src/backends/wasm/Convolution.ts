import type { backend_util, KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Activation, activate, addBias } from "./Fused.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"
import { scratchBytes } from "./MatMul.js"
import * as Winograd from "./Winograd.js"

type Info = backend_util.Conv2DInfo
type Shape4 = [number, number, number, number]

export interface ConvAttrs {
  readonly strides: number | [number, number]
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding
  readonly dataFormat?: "NHWC" | "NCHW"
  readonly dilations?: number | [number, number]
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
}

/**
 * Convolution and both its gradients; the stock backend has none for the filter. The gradient
 * kernels take dilations, too, which those of TensorFlow.js refuse (see `gradients/Dilation`).
 */
export const kernels = (tools: Tools): Kernels => ({
  Conv2D: conv2d(tools),
  FusedConv2D: kernel<"x" | "filter" | "bias" | "preluActivationWeights", ConvAttrs & Activation>(
    ({ inputs: { x, filter, bias, preluActivationWeights }, attrs }) =>
      activate(
        tools,
        addBias(tools, tools.run("Conv2D", { x, filter }, { ...attrs }), bias),
        attrs,
        preluActivationWeights
      )
  ),
  Conv2DBackpropInput: inputGradient(tools),
  Conv2DBackpropFilter: filterGradient(tools)
})

/** The geometry of a convolution. */
export const geometry = (
  x: ReadonlyArray<number>,
  filter: ReadonlyArray<number>,
  attrs: ConvAttrs,
  depthwise = false
): Info =>
  tf.backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise
  )

/** Height and width of the padded input that the filter covers. */
export const paddedSize = (info: Info): readonly [number, number] => [
  Math.max(
    info.inHeight + info.padInfo.top,
    (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight
  ),
  Math.max(
    info.inWidth + info.padInfo.left,
    (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth
  )
]

const conv2d = (tools: Tools): KernelFunc =>
  kernel<"x" | "filter", ConvAttrs>(({ inputs: { x, filter }, attrs }) => {
    const info = geometry(x.shape, filter.shape, attrs)
    const [height, width] = paddedSize(info)
    const out = tools.heap.output(info.outShape)
    const isAccurate = () =>
      Winograd.isEven(Winograd.spreadForGradient(tools, x)) &&
      Winograd.isFinite(Winograd.spreadOf(tools, filter))
    if (Winograd.suits(info) && isAccurate()) {
      Winograd.convolve(tools, x, filter, out, info, info.padInfo.top, info.padInfo.left)
      return out
    }
    const padded = { height, width, top: info.padInfo.top, left: info.padInfo.left }
    convolve(tools, x, filter, out, padded, { ...info, stepH: 1, stepW: 1 })
    return out
  })

interface Padded {
  readonly height: number
  readonly width: number
  readonly top: number
  readonly left: number
}

type Steps = Pick<
  Info,
  | "filterHeight"
  | "filterWidth"
  | "strideHeight"
  | "strideWidth"
  | "dilationHeight"
  | "dilationWidth"
> & {
  /** The distance of neighbouring inputs in the padded image; above 1, zeros lie between them. */
  readonly stepH: number
  readonly stepW: number
}

/** Convolves x [B, H, W, Ci], placed in a zeroed image, with a filter into `out` [B, OH, OW, Co]. */
const convolve = (
  { heap, simd }: Tools,
  x: TensorInfo,
  filter: TensorInfo,
  out: TensorInfo,
  padded: Padded,
  steps: Steps
): void => {
  const [B, H, W, Ci] = x.shape as Shape4
  const [, OH, OW, Co] = out.shape as Shape4
  const { filterHeight: KH, filterWidth: KW, stepH, stepW } = steps
  const { height, width, top, left } = padded
  const K = KH * KW * Ci
  const panels = Math.ceil(Co / 8) * K * 32
  const plain = height === H && width === W && stepH === 1 && stepW === 1
  if (plain && KH * KW * steps.strideHeight * steps.strideWidth === 1) {
    // Of one element without strides it is a product, of all places at once.
    heap.withScratch(panels + scratchBytes(simd, Ci), (scratch) => {
      const [X, Y, rest] = [heap.address(x), heap.address(out), scratch + panels]
      simd.packMatrix(heap.address(filter), scratch, Ci, Co, Co * 4, 4)
      simd.multiplyPanels(X, scratch, Y, B * OH * OW, Co, Ci, Ci * 4, 4, Co * 4, 0, rest)
    })
    return
  }
  const image = plain ? 0 : height * width * Ci * 4
  const strips = Math.ceil(OW / 4) * 16 * K
  heap.withScratch(panels + image + strips + 128, (scratch) => {
    const place = scratch + panels
    const rest = place + image
    simd.packMatrix(heap.address(filter), scratch, K, Co, Co * 4, 4)
    for (let b = 0; b < B; b++) {
      let source = heap.address(x) + b * H * W * Ci * 4
      if (!plain) {
        simd.place(source, place, H, W, Ci, height, width, top, left, stepH, stepW, Number(b > 0))
        source = place
      }
      const target = heap.address(out) + b * OH * OW * Co * 4
      const strides = [steps.strideHeight, steps.strideWidth]
      const dilations = [steps.dilationHeight, steps.dilationWidth]
      simd.convolve(
        source,
        scratch,
        target,
        width,
        Ci,
        OH,
        OW,
        Co,
        KH,
        KW,
        ...strides,
        ...dilations,
        rest
      )
    }
  })
}

/** dx: dy, with zeros between its elements where there was a stride, convolved with the filter turned round. */
const inputGradient = (tools: Tools): KernelFunc =>
  kernel<"dy" | "filter", ConvAttrs & { readonly inputShape: Shape4 }>(
    ({ inputs: { dy, filter }, attrs }) => {
      const info = geometry(attrs.inputShape, filter.shape, attrs)
      if (!tf.util.arraysEqual(info.outShape, dy.shape)) {
        const shapes = `[${attrs.inputShape}], not to [${dy.shape}]`
        throw new Error(`this filter takes [${info.outShape}] to ${shapes}`)
      }
      const { effectiveFilterHeight: extentH, effectiveFilterWidth: extentW, padInfo } = info
      const out = tools.heap.output(attrs.inputShape)
      const turned = turnedFilter(tools, filter)
      const padded = {
        height: info.inHeight + extentH - 1,
        width: info.inWidth + extentW - 1,
        top: extentH - 1 - padInfo.top,
        left: extentW - 1 - padInfo.left
      }
      const backwards = reversed(info)
      const isAccurate = () =>
        Winograd.isFinite(Winograd.spreadForGradient(tools, dy)) &&
        Winograd.isFinite(Winograd.spreadOf(tools, filter))
      if (Winograd.suits(backwards) && isAccurate()) {
        Winograd.convolve(tools, dy, turned, out, backwards, padded.top, padded.left)
        tools.heap.free(turned)
        return out
      }
      const { strideHeight: stepH, strideWidth: stepW } = info
      convolve(tools, dy, turned, out, padded, {
        ...info,
        strideHeight: 1,
        strideWidth: 1,
        stepH,
        stepW
      })
      tools.heap.free(turned)
      return out
    }
  )

/** The convolution of dy that gives dx, if there are no strides. */
const reversed = (info: Info): Info => ({
  ...info,
  inHeight: info.outHeight,
  inWidth: info.outWidth,
  inChannels: info.outChannels,
  outHeight: info.inHeight,
  outWidth: info.inWidth,
  outChannels: info.inChannels
})

/** [KH, KW, Ci, Co] turned by 180° and with its channels swapped: [KH, KW, Co, Ci]. */
const turnedFilter = ({ heap, simd }: Tools, filter: TensorInfo): TensorInfo => {
  const [KH, KW, Ci, Co] = filter.shape as Shape4
  const turned = heap.output([KH, KW, Co, Ci])
  simd.turnFilter(heap.address(filter), heap.address(turned), KH * KW, Ci, Co)
  return turned
}

const filterGradient = (tools: Tools): KernelFunc =>
  kernel<"x" | "dy", ConvAttrs & { readonly filterShape: Shape4 }>(
    ({ inputs: { x, dy }, attrs }) => {
      const { heap, simd } = tools
      const info = geometry(x.shape, attrs.filterShape, attrs)
      const { inHeight: H, inWidth: W, inChannels: Ci, padInfo } = info
      const { outHeight: OH, outWidth: OW, outChannels: Co } = info
      const [height, width] = paddedSize(info)
      const plain = height === H && width === W
      const image = plain ? 0 : height * width * Ci * 4
      const out = heap.output(attrs.filterShape)
      const isAccurate = () =>
        Winograd.isEven(Winograd.keptSpread(tools, x)) &&
        Winograd.isFinite(Winograd.keptSpread(tools, dy))
      if (Winograd.suits(info) && isAccurate()) {
        Winograd.filterGradient(tools, x, dy, out, info)
        return out
      }
      heap.floats(out).fill(0)
      const perPlace = 16 + 32 * Math.ceil(Co / 8)
      heap.withScratch(image + Math.max(128, OW) * perPlace + 128, (scratch) => {
        for (let b = 0; b < info.batchSize; b++) {
          let source = heap.address(x) + b * H * W * Ci * 4
          if (!plain) {
            const { top, left } = padInfo
            simd.place(source, scratch, H, W, Ci, height, width, top, left, 1, 1, Number(b > 0))
            source = scratch
          }
          simd.convolveFilterGradient(
            source,
            heap.address(dy) + b * OH * OW * Co * 4,
            heap.address(out),
            width,
            Ci,
            OH,
            OW,
            Co,
            info.filterHeight,
            info.filterWidth,
            info.strideHeight,
            info.strideWidth,
            info.dilationHeight,
            info.dilationWidth,
            scratch + image
          )
        }
      })
      return out
    }
  )
