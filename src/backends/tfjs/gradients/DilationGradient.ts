import type { GradConfig, Tensor, Tensor4D } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { explicit, type Attrs } from "../kernels/Padding.js"

type Pair = [number, number]
type Shape4 = [number, number, number, number]

/**
 * Teaches TensorFlow.js the gradients of dilated convolutions, which it refuses: for conv2d (and
 * conv1d) on every backend, for depthwise convolution on WebAssembly, whose kernels are our own.
 */
export const register = (): void => {
  extend("Conv2D", (dy, x, filter, attrs) =>
    tf.getBackend() === "wasm"
      ? byKernels("Conv2D", dy, x, filter, attrs)
      : byConvolutions(dy, x, filter, attrs)
  )
  extend("DepthwiseConv2dNative", (dy, x, filter, attrs) =>
    tf.getBackend() === "wasm"
      ? byKernels("DepthwiseConv2dNative", dy, x, filter, attrs)
      : undefined
  )
}

type Gradients = ReturnType<GradConfig["gradFunc"]>

const extend = (
  kernelName: string,
  dilated: (dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attrs: Attrs) => Gradients | undefined
): void => {
  const stock = tf.getGradient(kernelName)
  tf.unregisterGradient(kernelName)
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const given = attrs as unknown as Attrs
      const isDilated = [given.dilations ?? 1].flat().some((rate) => rate > 1)
      const [x, filter] = saved as [Tensor4D, Tensor4D]
      const ours = isDilated && given.dataFormat !== "NCHW"
      return (
        (ours ? dilated(dy as Tensor4D, x, filter, given) : undefined) ??
        stock.gradFunc(dy, saved, attrs)
      )
    }
  })
}

const byKernels = (
  name: string,
  dy: Tensor4D,
  x: Tensor4D,
  filter: Tensor4D,
  attrs: Attrs
): Gradients => {
  const run = (kernel: string, inputs: object, shape: object): Tensor =>
    tf.engine().runKernel(kernel, inputs as never, { ...attrs, ...shape } as never) as Tensor
  return {
    x: () => run(`${name}BackpropInput`, { dy, filter }, { inputShape: x.shape }),
    filter: () => run(`${name}BackpropFilter`, { x, dy }, { filterShape: filter.shape })
  }
}

/**
 * Both gradients as convolutions, with strides of one, for a dilation allows no other. dx: dy with
 * the filter turned round. dw: x with dy as the filter and the dilation as the stride, batch and
 * channels having changed places.
 */
const byConvolutions = (dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attrs: Attrs): Gradients => {
  const dilations = [attrs.dilations ?? 1, attrs.dilations ?? 1].flat().slice(0, 2) as Pair
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    attrs.strides,
    dilations,
    explicit(attrs.pad),
    attrs.dimRoundingMode
  )
  const { top, bottom, left, right } = info.padInfo
  const [extentH, extentW] = [info.effectiveFilterHeight - 1, info.effectiveFilterWidth - 1]
  const [KH, KW, Ci, Co] = filter.shape
  const padded = (tensor: Tensor4D, height: Pair, width: Pair): Tensor4D =>
    tf.pad(tensor, [[0, 0], height, width, [0, 0]])
  return {
    x: () => {
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as Tensor4D
      const wide = padded(dy, [extentH - top, extentH - bottom], [extentW - left, extentW - right])
      return tf.conv2d(wide, turned, 1, "valid", "NHWC", dilations)
    },
    filter: () => {
      const across = tf.transpose(padded(x, [top, bottom], [left, right]), [3, 1, 2, 0]) as Tensor4D
      const by = tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D
      const gradient = tf.conv2d(across, by, dilations, "valid")
      const begin: Shape4 = [0, 0, 0, 0]
      return tf.transpose(tf.slice(gradient, begin, [Ci, KH, KW, Co]), [1, 2, 0, 3])
    }
  }
}
