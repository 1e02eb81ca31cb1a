import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { onCpu } from "../cpu/CpuFallback.js"
import { withChannelsFirst } from "../tfjs/kernels/ChannelsFirst.js"
import * as Padding from "../tfjs/kernels/Padding.js"
import { release, run, wrap } from "../tfjs/kernels/Wrapping.js"

const name = "tensorflow"

/** The attributes of convolutions and poolings, with padding by a number replaced by explicit padding. */
interface Attrs extends Padding.Attrs {
  /** Of the gradient by the input. */
  readonly inputShape?: ReadonlyArray<number>
}

interface Inputs {
  readonly x?: TensorInfo
  readonly dy?: TensorInfo
  /** Of the gradient of a pooling. */
  readonly input?: TensorInfo
}

/**
 * Replaces what the native package gets wrong, or refuses where the other backends compute: draws that
 * do not follow from a seed, and convolution and pooling with explicit padding or a size rounded up.
 */
export const install = (): void => {
  // It takes a seed below 1, as TensorFlow.js draws one, for 0: a seed of the moment.
  wrap("Multinomial", name, () => onCpu("Multinomial"))
  // Its integers come to 0.
  wrap("Round", name, (stock) => unless(isInteger, stock, identity))
  for (const kernel of ["IsNan", "IsInf", "IsFinite"]) wrap(kernel, name, ofFloats)
  for (const kernel of ["MaxPool", "MaxPoolGrad", "AvgPool", "AvgPoolGrad"]) {
    wrap(kernel, name, (stock) => unless(isExplicit, stock, onCpu(kernel)))
  }
  wrap("Conv2DBackpropInput", name, fitting)
  for (const kernel of ["Conv2DBackpropInput", "DepthwiseConv2dNativeBackpropInput"]) {
    wrap(kernel, name, (stock) => unless(isExplicit, stock, cropped(stock)))
  }
  for (const kernel of ["Conv2DBackpropFilter", "DepthwiseConv2dNativeBackpropFilter"]) {
    wrap(kernel, name, (stock) => unless(isExplicit, stock, padded(stock)))
  }
  for (const kernel of [...Padding.forwards, ...Padding.backwards]) {
    wrap(kernel, name, (stock) => unless(isRounded, stock, onCpu(kernel)))
    wrap(kernel, name, (stock) => ofLastChannels(kernel, stock))
  }
  Padding.install(name)
}

/** A kernel, or another where the call is one that it cannot do. */
const unless =
  (
    applies: (attrs: Attrs, inputs: Inputs) => boolean,
    stock: KernelFunc,
    other: KernelFunc
  ): KernelFunc =>
  (call) =>
    (applies(call.attrs as unknown as Attrs, call.inputs as unknown as Inputs) ? other : stock)(
      call
    )

const isExplicit = ({ pad }: Attrs): boolean => typeof pad === "object" && pad.flat().some(Boolean)

/** The package rounds every size down. The gradient of average pooling is not told how it was rounded. */
const isRounded = (attrs: Attrs, { dy, input }: Inputs): boolean => {
  const { dimRoundingMode, filterSize, pad, strides } = attrs
  if (dimRoundingMode === "ceil" || dimRoundingMode === "round") return true
  if (input === undefined || filterSize === undefined) return false
  const info = tf.backend_util.computePool2DInfo(input.shape as never, filterSize, strides, 1, pad)
  return info.outHeight !== dy!.shape[1] || info.outWidth !== dy!.shape[2]
}

/** Its gradients take images whose channels come last only. */
const ofLastChannels = (kernel: string, stock: KernelFunc): KernelFunc => {
  const backend = tf.backend()
  const tools = {
    run: (name: string, inputs: object, attrs = {}) =>
      run(name, "tensorflow", backend, inputs as never, attrs),
    heap: { free: (tensor: TensorInfo) => release(backend, tensor) }
  }
  return withChannelsFirst(tools, { [kernel]: stock })[kernel]!
}

const isInteger = (_: Attrs, { x }: Inputs): boolean => x?.dtype === "int32"

const identity: KernelFunc = ({ backend, inputs }) =>
  run("Identity", name, backend, { x: inputs["x"] as TensorInfo }, {})

/** Only floats can be asked. */
const ofFloats =
  (stock: KernelFunc): KernelFunc =>
  (call) => {
    const { x } = call.inputs as unknown as { readonly x: TensorInfo }
    if (x.dtype === "float32") return stock(call)
    const floats = run("Cast", name, call.backend, { x }, { dtype: "float32" })
    const result = stock({ ...call, inputs: { x: floats } as never })
    release(call.backend, floats)
    return result
  }

/** Refuses a gradient of another size than the convolution's result, at which the process ends. */
const fitting =
  (stock: KernelFunc): KernelFunc =>
  (call) => {
    const { dimRoundingMode, inputShape, pad, strides } = call.attrs as unknown as Required<Attrs>
    const { dy, filter } = call.inputs as unknown as Record<"dy" | "filter", TensorInfo>
    const size = [inputShape, filter.shape, strides, 1, pad, dimRoundingMode] as const
    const { outShape } = tf.backend_util.computeConv2DInfo(...(size as never as Size))
    if (tf.util.arraysEqual(outShape, dy.shape)) return stock(call)
    throw new Error(`this filter takes [${inputShape}] to [${outShape}], not to [${dy.shape}]`)
  }

type Size = Parameters<typeof tf.backend_util.computeConv2DInfo>

/** The gradient by the input: that by the padded input, without its padding. */
const cropped =
  (stock: KernelFunc): KernelFunc =>
  (call) => {
    const attrs = call.attrs as unknown as Required<Attrs>
    const sides = attrs.pad as ReadonlyArray<readonly [number, number]>
    const size = attrs.inputShape
    const inputShape = size.map((length, i) => length + sides[i]![0] + sides[i]![1])
    const valid = { ...attrs, inputShape, pad: "valid" } as never
    const complete = stock({ ...call, attrs: valid }) as TensorInfo
    const begin = sides.map(([before]) => before)
    const part = run("Slice", name, call.backend, { x: complete }, { begin, size })
    release(call.backend, complete)
    return part
  }

/** The gradient by the filter of a convolution of the padded input. */
const padded =
  (stock: KernelFunc): KernelFunc =>
  (call) => {
    const { pad: paddings } = call.attrs as unknown as Attrs
    const { x, ...inputs } = call.inputs as unknown as Record<"x" | "dy", TensorInfo>
    const larger = run("PadV2", name, call.backend, { x }, { paddings, constantValue: 0 })
    const attrs = { ...call.attrs, pad: "valid" } as never
    const gradient = stock({ ...call, inputs: { ...inputs, x: larger } as never, attrs })
    release(call.backend, larger)
    return gradient
  }
