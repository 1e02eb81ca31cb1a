import type { Tensor, TensorInfo } from "../tf.js"
import * as tf from "../tf.js"

interface WasmBackend {
  readonly typedArrayFromHeap: (tensor: TensorInfo) => Float32Array | Int32Array | Uint8Array
}

const isWasm = (backend: object): backend is WasmBackend =>
  "typedArrayFromHeap" in backend && typeof backend.typedArrayFromHeap === "function"

/**
 * Gives the bytes of a tensor as they lie in the memory of the WebAssembly backend, without a copy:
 * whatever allocates may move them, to another `buffer`. Undefined on other backends.
 */
export const viewOf = (tensor: Tensor): (() => Uint8Array) | undefined => {
  const backend = tf.backend()
  if (!isWasm(backend)) return undefined
  return () => {
    const { buffer, byteOffset, byteLength } = backend.typedArrayFromHeap(tensor)
    return new Uint8Array(buffer, byteOffset, byteLength)
  }
}
