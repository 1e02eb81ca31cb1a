import type { backend_util, KernelFunc, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { wrap } from "./Wrapping.js"

type Pair = [number, number]
export type Pad = "valid" | "same" | number | backend_util.ExplicitPadding

/** The attributes of convolutions and poolings. */
export interface Attrs {
  readonly strides: number | Pair
  readonly pad: Pad
  readonly dataFormat?: "NHWC" | "NCHW"
  readonly dilations?: number | Pair
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
  readonly filterSize?: number | Pair
}

export const forwards = [
  "Conv2D",
  "FusedConv2D",
  "DepthwiseConv2dNative",
  "FusedDepthwiseConv2D",
  "MaxPool",
  "MaxPoolWithArgmax",
  "AvgPool"
]
export const backwards = [
  "Conv2DBackpropInput",
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "DepthwiseConv2dNativeBackpropFilter",
  "MaxPoolGrad",
  "AvgPoolGrad"
]

/**
 * Has every convolution and pooling of a backend be of the right size: TensorFlow.js takes the filter's
 * height, without its dilation, and the stride along it for both sides where padding is a number. And
 * has a window that does not fit its input be an error; kernels read beyond the input, or give tensors
 * of a negative size.
 */
export const install = (backendName: string): void => {
  for (const name of forwards) wrap(name, backendName, (stock) => padded(stock, checkFit))
  for (const name of backwards) wrap(name, backendName, (stock) => padded(stock, () => {}))
}

const padded =
  (stock: KernelFunc, check: (inputs: Inputs, attrs: Attrs) => void): KernelFunc =>
  (call) => {
    const attrs = { ...call.attrs } as unknown as Attrs
    const explicitly = { ...attrs, pad: explicit(attrs.pad, attrs.dataFormat) }
    check(call.inputs as unknown as Inputs, explicitly)
    return stock({ ...call, attrs: explicitly as never })
  }

/** Padding by a number as what it means on each side; any other as it is. */
export const explicit = (pad: Pad, dataFormat: "NHWC" | "NCHW" = "NHWC"): Pad => {
  if (typeof pad !== "number") return pad
  const [none, side] = [[0, 0] as Pair, [pad, pad] as Pair]
  return dataFormat === "NHWC" ? [none, side, side, none] : [none, none, side, side]
}

interface Inputs {
  readonly x: TensorInfo
  readonly filter?: TensorInfo
}

const checkFit = ({ x, filter }: Inputs, attrs: Attrs): void => {
  const { strides, pad, dimRoundingMode } = attrs
  const format = tf.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? "NHWC")
  const [KH, KW] = filter?.shape ?? [attrs.filterSize!, attrs.filterSize!].flat()
  const channels = x.shape[format === "channelsLast" ? 3 : 1]!
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as never,
    [KH!, KW!, channels, 1],
    strides,
    attrs.dilations ?? 1,
    pad,
    dimRoundingMode,
    false,
    format
  )
  if (info.outHeight > 0 && info.outWidth > 0) return
  const { effectiveFilterHeight, effectiveFilterWidth, inHeight, inWidth } = info
  const window = `${effectiveFilterHeight} × ${effectiveFilterWidth}`
  throw new Error(`a window of ${window} does not fit an input of ${inHeight} × ${inWidth}`)
}
