import type { KernelFunc, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"

/** What a kernel is called with. */
export type Call = Parameters<KernelFunc>[0]

/** Registers a kernel of a backend again, made from the one that is there, if it has it. */
export const wrap = (
  kernelName: string,
  backendName: string,
  wrapped: (stock: KernelFunc) => KernelFunc
): void => {
  const config = tf.getKernel(kernelName, backendName)
  if (config === undefined || config === null) return
  tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ ...config, kernelFunc: wrapped(config.kernelFunc) })
}

/** Runs a kernel of a backend on what another was called with, outside the engine. */
export const run = (
  kernelName: string,
  backendName: string,
  backend: unknown,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: object
): TensorInfo =>
  tf.getKernel(kernelName, backendName).kernelFunc({
    inputs: inputs as never,
    attrs: attrs as never,
    backend: backend as never
  }) as TensorInfo

/** Disposes of what `run` has given: native TensorFlow gives tensors that the engine knows. */
export const release = (backend: unknown, made: TensorInfo): void => {
  if (made instanceof tf.Tensor) made.dispose()
  else (backend as tf.KernelBackend).disposeData(made.dataId)
}
