import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import type { Heap } from "./Heap.js"
import type { Simd } from "./Simd.js"

/** Kernels of TensorFlow.js by name. */
export type Kernels = Readonly<Record<string, KernelFunc>>

/** What a family of kernels is made from. */
export interface Tools {
  readonly heap: Heap
  readonly simd: Simd
  /** The backend's own kernel of that name. */
  readonly stock: (name: string) => KernelFunc
  /** Runs a kernel as it is registered now: our own where there is one. */
  readonly run: (
    name: string,
    inputs: Readonly<Record<string, TensorInfo>>,
    attrs?: Readonly<Record<string, unknown>>
  ) => TensorInfo
}

/** Types a kernel by the names of its inputs and by its attributes. */
export const kernel = <Input extends string, Attrs = unknown>(
  compute: (call: {
    readonly inputs: Readonly<Record<Input, TensorInfo>>
    readonly attrs: Attrs
  }) => TensorInfo | Array<TensorInfo>
): KernelFunc => compute as unknown as KernelFunc

/** The number of elements of a tensor or of a part of its shape. */
export const size = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

/** Runs a kernel on the WebAssembly backend outside the engine: nothing is taped or tracked. */
export const runOn =
  (backend: unknown): Tools["run"] =>
  (name, inputs, attrs = {}) =>
    tf.getKernel(name, "wasm").kernelFunc({
      inputs: inputs as never,
      attrs: attrs as never,
      backend: backend as never
    }) as TensorInfo
