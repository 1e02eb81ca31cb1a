import type { TensorInfo, TypedArray } from "../../tf.js"
import * as tf from "../../tf.js"
import { install } from "../cpu/CpuKernels.js"
import { type Kernels, type Tools } from "./Kernel.js"

/** Kernels that the stock backend lacks or gets wrong, and that are too rare for one of our own. */
const names = [
  "Conv3DBackpropInputV2",
  "Conv3DBackpropFilterV2",
  "MaxPool3D",
  "MaxPool3DGrad",
  "MaxPoolWithArgmax"
] as const

/** What is used of the plain JavaScript backend. */
interface Cpu {
  readonly makeTensorInfo: (
    shape: ReadonlyArray<number>,
    dtype: string,
    values: TypedArray
  ) => TensorInfo
  readonly data: { readonly get: (dataId: object) => { readonly values: TypedArray } }
  readonly disposeIntermediateTensorInfo: (tensor: TensorInfo) => void
}

/** Kernels of the plain JavaScript backend, run on the tensors of this one. */
export const kernels = (tools: Tools): Kernels => {
  install()
  return Object.fromEntries(names.map((name) => [name, borrow(tools, name)]))
}

const borrow =
  ({ heap }: Tools, name: string): Kernels[string] =>
  ({ inputs, attrs }) => {
    const cpu = tf.engine().findBackend("cpu") as unknown as Cpu
    const lent: Array<TensorInfo> = []
    const lend = (tensor: TensorInfo): TensorInfo => {
      const info = cpu.makeTensorInfo(tensor.shape, tensor.dtype, heap.floats(tensor))
      lent.push(info)
      return info
    }
    const takeBack = (result: TensorInfo): TensorInfo => {
      const out = heap.output(result.shape, result.dtype)
      heap.floats(out).set(cpu.data.get(result.dataId).values)
      cpu.disposeIntermediateTensorInfo(result)
      return out
    }
    const results = tf.getKernel(name, "cpu").kernelFunc({
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.map(lend) : lend(value as TensorInfo)
        ])
      ) as never,
      attrs: attrs as never,
      backend: cpu
    })
    const out = Array.isArray(results) ? results.map(takeBack) : takeBack(results)
    for (const tensor of lent) cpu.disposeIntermediateTensorInfo(tensor)
    return out
  }
