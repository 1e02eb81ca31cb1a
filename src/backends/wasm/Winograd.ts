import type { backend_util, TensorInfo } from "../../tf.js"
import { size, type Tools } from "./Kernel.js"
import { scratchBytes } from "./MatMul.js"

type Info = backend_util.Conv2DInfo

/*
 * Convolution by Winograd's algorithm along the width (Lavin and Gray, arXiv:1509.09308): tiles of
 * eight inputs, and the filter's rows, are transformed to their values at eight points, multiplied
 * there, and the products transformed back. With a filter of 3 that takes 8 multiplications for 6
 * outputs instead of 18; with one of 5, 8 for 4 instead of 20.
 */

/** Whether a convolution is of the kind that the algorithm is for, and large enough to gain by it. */
export const suits = (info: Info): boolean =>
  info.strideHeight === 1 &&
  info.strideWidth === 1 &&
  info.dilationHeight === 1 &&
  info.dilationWidth === 1 &&
  info.filterWidth >= 3 &&
  info.filterWidth <= 5 &&
  info.inChannels >= 16 &&
  info.outChannels >= 16 &&
  info.outWidth >= 12

/**
 * The powers of two that the largest input may be above the geometric mean of all. A large value costs
 * its tile of eight some 1e-6 of its size in accuracy, also those outputs that it has no part in.
 */
const tolerable = 12

/** Whether a spread is that of one scale and of finite numbers, so that the algorithm is accurate enough. */
export const isEven = (spread: number): boolean => spread <= tolerable

/** Whether it is of finite numbers, as a filter or a slope must be: others make NaN of all outputs of a tile. */
export const isFinite = (spread: number): boolean => spread < Infinity

/** By how many powers of two the largest number of a tensor is above the geometric mean; infinite if not finite. */
export const spreadOf = ({ heap, simd }: Tools, x: TensorInfo): number =>
  simd.exponentSpread(heap.address(x), size(x.shape))

const spreads = new WeakMap<object, number>()

/** The same, kept for the filter's gradient, which comes later in the same step and reads the same tensor. */
export const spreadForGradient = (tools: Tools, x: TensorInfo): number => {
  const spread = spreadOf(tools, x)
  spreads.set(x.dataId, spread)
  return spread
}

/** The spread that was kept, once, or else that of now. */
export const keptSpread = (tools: Tools, x: TensorInfo): number => {
  const kept = spreads.get(x.dataId)
  if (kept === undefined) return spreadOf(tools, x)
  spreads.delete(x.dataId)
  return kept
}

/** How a convolution is cut into tiles, and how large the padded image is. */
const layout = (info: Info) => {
  const outputs = 9 - info.filterWidth
  const tiles = Math.ceil(info.outWidth / outputs)
  const height = info.outHeight + info.filterHeight - 1
  const width = tiles * outputs + info.filterWidth - 1
  return { outputs, tiles, height, width }
}

/** Reserves scratch memory for areas of so many floats each, and gives their addresses. */
const withAreas = (
  { heap }: Tools,
  sizes: ReadonlyArray<number>,
  body: (addresses: ReadonlyArray<number>) => void
): void => {
  const starts: Array<number> = []
  let total = 0
  for (const floats of sizes) {
    starts.push(total)
    total += 4 * floats
  }
  heap.withScratch(total, (scratch) => body(starts.map((start) => scratch + start)))
}

/**
 * Convolves x [B, H, W, Ci], to be padded by `top` and `left` (and whatever is needed on the other
 * sides), with a filter [KH, KW, Ci, Co], into `out` [B, OH, OW, Co].
 */
export const convolve = (
  tools: Tools,
  x: TensorInfo,
  filter: TensorInfo,
  out: TensorInfo,
  info: Info,
  top: number,
  left: number
): void => {
  const { heap, simd } = tools
  const { inHeight: H, inWidth: W, inChannels: Ci, outHeight: OH, outWidth: OW } = info
  const { filterHeight: KH, filterWidth: KW, outChannels: Co } = info
  const tiling = layout(info)
  const { outputs, tiles, height, width } = tiling
  const panels = Math.ceil(Co / 8) * Ci * 8
  const plane = Ci * Co
  const sizes = [
    8 * KH * plane,
    8 * KH * panels,
    height * width * Ci,
    8 * height * tiles * Ci,
    8 * OH * tiles * Co,
    scratchBytes(simd, Ci) / 4
  ]
  withAreas(tools, sizes, ([U, P, image, V, M, scratch]) => {
    const F = heap.address(filter)
    simd.factorsToPoints(F, plane * 4, KW * plane * 4, KW, U!, KH * plane * 4, plane, KH)
    for (let i = 0; i < 8 * KH; i++) {
      simd.packMatrix(U! + i * plane * 4, P! + i * panels * 4, Ci, Co, Co * 4, 4)
    }
    simd.convolvePoints(
      heap.address(x),
      P!,
      heap.address(out),
      info.batchSize,
      H,
      W,
      Ci,
      OH,
      OW,
      Co,
      KH,
      top,
      left,
      height,
      width,
      outputs,
      tiles,
      image!,
      V!,
      M!,
      scratch!
    )
  })
}

/** The gradient of the filter, into `out` [KH, KW, Ci, Co]: here dy is the factor, dW the output. */
export const filterGradient = (
  tools: Tools,
  x: TensorInfo,
  dy: TensorInfo,
  out: TensorInfo,
  info: Info
): void => {
  const { heap, simd } = tools
  const { inHeight: H, inWidth: W, inChannels: Ci, outHeight: OH, outWidth: OW } = info
  const { filterHeight: KH, filterWidth: KW, outChannels: Co, padInfo } = info
  const tiling = layout(info)
  const { outputs, tiles, height, width } = tiling
  const plane = Ci * Co * 4
  const full = tiles * outputs
  const sizes = [
    height * width * Ci,
    OH * full * Co,
    8 * height * tiles * Ci,
    8 * OH * tiles * Co,
    2 * KH * plane,
    simd.MATMUL_SCRATCH.value / 4
  ]
  withAreas(tools, sizes, ([image, gradient, V, Y, S, scratch]) => {
    simd.filterGradientPoints(
      heap.address(x),
      heap.address(dy),
      S!,
      info.batchSize,
      H,
      W,
      Ci,
      OH,
      OW,
      Co,
      KH,
      padInfo.top,
      padInfo.left,
      height,
      width,
      outputs,
      tiles,
      image!,
      gradient!,
      V!,
      Y!,
      scratch!
    )
    const target = heap.address(out)
    simd.pointsToOutputs(S!, KH * plane, target, plane, KW * plane, KW, KW, Ci * Co, KH)
  })
}
