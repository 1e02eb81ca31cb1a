import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import {
  addGradient,
  maxima,
  ofGradient,
  windows2d,
  windows3d
} from "../tfjs/gradients/AveragePoolingGradient.js"
import type { Windows } from "../tfjs/gradients/AveragePoolingGradient.js"

/** What is used of the plain JavaScript backend. */
interface Cpu {
  readonly data: { readonly get: (dataId: object) => { readonly values: Float32Array } }
  readonly makeTensorInfo: (
    shape: ReadonlyArray<number>,
    dtype: string,
    values: Float32Array
  ) => TensorInfo
}

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>
  readonly attrs: Readonly<Record<string, never>>
  readonly backend: Cpu
}

let installed = false

/** Replaces wrong kernels of the plain JavaScript backend by correct ones. */
export const install = (): void => {
  if (installed) return
  installed = true
  replace("AvgPoolGrad", averageGradient(flat))
  replace("AvgPool3DGrad", averageGradient(deep))
  replace("MaxPool", maximum(flat))
  replace("MaxPool3D", maximum(deep))
  replace("ResizeNearestNeighborGrad", resizeNearestGradient)
}

const replace = (kernelName: string, kernelFunc: (call: Call) => TensorInfo): void => {
  tf.unregisterKernel(kernelName, "cpu")
  tf.registerKernel({
    kernelName,
    backendName: "cpu",
    kernelFunc: kernelFunc as unknown as KernelFunc
  })
}

type WindowsOf = (shape: ReadonlyArray<number>, attrs: Call["attrs"]) => Windows

const flat: WindowsOf = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windows2d(
    tf.backend_util.computePool2DInfo(
      shape as never,
      filterSize!,
      strides!,
      1,
      pad!,
      dimRoundingMode
    )
  )

const deep: WindowsOf = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windows3d(
    tf.backend_util.computePool3DInfo(
      shape as never,
      filterSize!,
      strides!,
      1,
      pad!,
      dimRoundingMode
    )
  )

/** Max pooling that lets NaN through, which the stock kernels hide. */
const maximum =
  (windows: WindowsOf) =>
  ({ inputs, attrs, backend }: Call): TensorInfo => {
    const { x } = inputs as { readonly x: TensorInfo }
    const at = windows(x.shape, attrs)
    const [depth, ...plane] = at.output
    const extent = x.shape.length === 5 ? [depth, ...plane] : plane
    const shape = [at.batch, ...extent, at.channels]
    const y = new Float32Array(tf.util.sizeFromShape(shape))
    maxima(at, backend.data.get(x.dataId).values, y)
    return backend.makeTensorInfo(shape, x.dtype, y)
  }

const averageGradient =
  (windows: WindowsOf) =>
  ({ inputs, attrs, backend }: Call): TensorInfo => {
    const { dy, input } = inputs as { readonly dy: TensorInfo; readonly input: TensorInfo }
    const dx = new Float32Array(tf.util.sizeFromShape(input.shape))
    const at = ofGradient(windows(input.shape, attrs), dy.shape)
    addGradient(at, backend.data.get(dy.dataId).values, dx)
    return backend.makeTensorInfo(input.shape, "float32", dx)
  }

/** Each element of dy goes to the pixel that it was copied from. The stock kernel mixes up batches. */
const resizeNearestGradient = ({ inputs, attrs, backend }: Call): TensorInfo => {
  const { dy, images } = inputs as { readonly dy: TensorInfo; readonly images: TensorInfo }
  const [B, H, W, C] = images.shape as [number, number, number, number]
  const [, OH, OW] = dy.shape as [number, number, number, number]
  const corners = attrs["alignCorners"] === true
  const sources = (from: number, to: number): ReadonlyArray<number> => {
    const ratio = corners && to > 1 ? (from - 1) / (to - 1) : from / to
    const nearest = corners ? Math.round : Math.floor
    return Array.from({ length: to }, (_, i) => Math.min(from - 1, nearest(i * ratio)))
  }
  const [rows, columns] = [sources(H, OH), sources(W, OW)]
  const from = backend.data.get(dy.dataId).values
  const dx = new Float32Array(B * H * W * C)
  for (let place = 0, i = 0; place < B * OH * OW; place++) {
    const b = Math.floor(place / (OH * OW))
    const pixel = (b * H + rows[Math.floor(place / OW) % OH]!) * W + columns[place % OW]!
    for (let c = 0; c < C; c++) dx[pixel * C + c]! += from[i++]!
  }
  return backend.makeTensorInfo(images.shape, "float32", dx)
}
