import type { KernelFunc, TensorInfo, TypedArray } from "../../tf.js"
import * as tf from "../../tf.js"
import { install } from "./CpuKernels.js"

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

/**
 * A kernel of the plain JavaScript backend, run on the tensors of another backend, which must be
 * readable at once: for what is too rare for a kernel of its own there.
 */
export const onCpu =
  (name: string): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    install()
    const own = backend as tf.KernelBackend
    const cpu = tf.engine().findBackend("cpu") as unknown as Cpu
    const lent: Array<TensorInfo> = []
    const lend = ({ dataId, dtype, shape }: TensorInfo): TensorInfo => {
      const info = cpu.makeTensorInfo(shape, dtype, own.readSync(dataId) as TypedArray)
      lent.push(info)
      return info
    }
    const takeBack = (result: TensorInfo): TensorInfo => {
      const { dtype, shape } = result
      const dataId = own.write(cpu.data.get(result.dataId).values, shape, dtype)
      cpu.disposeIntermediateTensorInfo(result)
      return { dataId, dtype, shape }
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
