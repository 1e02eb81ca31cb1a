import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import {
  fullness,
  type Windows,
  windows2d,
  windows3d
} from "../tfjs/gradients/AveragePoolingGradient.js"
import { copied } from "./Copy.js"
import type { WebGpu } from "./Program.js"
import { reduced, type Reduction, reductions } from "./WebGpuReduction.js"
import { updates } from "./WebGpuUpdate.js"

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>> | ReadonlyArray<TensorInfo>
  readonly attrs: Readonly<Record<string, never>>
  readonly backend: WebGpu
}

type Compute = (call: Call) => TensorInfo

let installed = false

/** Replaces wrong kernels of the WebGPU backend by correct ones, and adds those of updates. */
export const install = (): void => {
  if (installed) return
  installed = true
  for (const config of updates) tf.registerKernel(config)
  replace("Transpose", transpose)
  replace("Cast", cast)
  replace("AddN", addN)
  for (const name in reductions) replace(name, reduction(name as Reduction))
  replace(
    "AvgPoolGrad",
    averageGradient((shape, { filterSize, strides, pad }) =>
      windows2d(tf.backend_util.computePool2DInfo(shape as never, filterSize!, strides!, 1, pad!))
    )
  )
  replace(
    "AvgPool3DGrad",
    averageGradient((shape, { filterSize, strides, pad }) =>
      windows3d(tf.backend_util.computePool3DInfo(shape as never, filterSize!, strides!, 1, pad!))
    )
  )
}

const replace = (kernelName: string, corrected: (stock: Compute) => Compute): void => {
  const registered = tf.getKernel(kernelName, "webgpu")
  const compute = corrected(registered.kernelFunc as unknown as Compute)
  tf.unregisterKernel(kernelName, "webgpu")
  tf.registerKernel({ ...registered, kernelFunc: compute as unknown as KernelFunc })
}

/** The stock kernel passes integers and truth values through single precision, if at all. */
const transpose =
  (stock: Compute): Compute =>
  (call) => {
    const { x } = call.inputs as { readonly x: TensorInfo }
    return x.dtype === "float32"
      ? stock(call)
      : copied(call.backend, x, x.dtype, call.attrs["perm"])
  }

/** The stock kernel lets integers stay what they are, and be read as if they were numbers. */
const cast =
  (stock: Compute): Compute =>
  (call) => {
    const { x } = call.inputs as { readonly x: TensorInfo }
    const dtype = call.attrs["dtype"]! as string
    const widens =
      (x.dtype === "int32" || x.dtype === "bool") && ["float32", "int32"].includes(dtype)
    return widens && dtype !== x.dtype ? copied(call.backend, x, dtype) : stock(call)
  }

/** The stock kernels compute with integers in single precision, which rounds from 2^24 on. */
const reduction =
  (name: Reduction) =>
  (stock: Compute): Compute =>
  (call) => {
    const { x } = call.inputs as { readonly x: TensorInfo }
    const { axis, keepDims, reductionIndices } = call.attrs
    const isEmpty = x.shape.length === 0 || tf.util.sizeFromShape(x.shape) === 0
    return x.dtype === "float32" || isEmpty
      ? stock(call)
      : reduced(call.backend, name, x, axis ?? reductionIndices!, keepDims!)
  }

/** A shader may bind eight buffers on any device, and one of them is the sum's. */
const atOnce = 7

/** The stock kernel binds all that is to be added at once, however much that is. */
const addN =
  (stock: Compute): Compute =>
  (call) => {
    const inputs = call.inputs as ReadonlyArray<TensorInfo>
    if (inputs.length <= atOnce) return stock(call)
    const first = stock({ ...call, inputs: inputs.slice(0, atOnce) })
    const sum = addN(stock)({ ...call, inputs: [first, ...inputs.slice(atOnce)] })
    call.backend.disposeData(first.dataId)
    return sum
  }

/** The stock kernels divide by the full window where it reaches over the edge. */
const averageGradient =
  (windows: (shape: ReadonlyArray<number>, attrs: Call["attrs"]) => Windows) =>
  (stock: Compute): Compute =>
  (call) => {
    const { dy, input } = call.inputs as { readonly dy: TensorInfo; readonly input: TensorInfo }
    const parts = fullness(windows(input.shape, call.attrs))
    if (parts.every((part) => part === 1)) return stock(call)
    const { backend } = call
    const shape = [1, ...dy.shape.slice(1, -1), 1]
    const b = backend.makeTensorInfo(shape, "float32", parts)
    const divide = tf.getKernel("RealDiv", "webgpu").kernelFunc
    const shared = divide({ inputs: { a: dy, b }, backend: backend as never }) as TensorInfo
    const dx = stock({ ...call, inputs: { dy: shared, input } })
    for (const { dataId } of [b, shared]) backend.disposeData(dataId)
    return dx
  }
