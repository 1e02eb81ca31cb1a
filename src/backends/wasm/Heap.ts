import type { DataType, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import type { Memory } from "./WebAssembly.js"

/** The memory of the WebAssembly backend. Addresses are in bytes; data is 32-bit floats. */
export interface Heap {
  readonly memory: Memory
  readonly address: (tensor: TensorInfo) => number
  /** A new tensor with arbitrary contents. */
  readonly output: (shape: ReadonlyArray<number>, dtype?: DataType) => TensorInfo
  readonly free: (tensor: TensorInfo) => void
  /** The same data under another shape; the tensor given is used up. */
  readonly reshaped: (tensor: TensorInfo, shape: ReadonlyArray<number>) => TensorInfo
  /** Another reference to the same data, under another shape. */
  readonly retain: (tensor: TensorInfo, shape: ReadonlyArray<number>) => TensorInfo
  /** How many tensors hold this data. */
  readonly references: (tensor: TensorInfo) => number
  /** Drops what the backend packed from the old values of a tensor; call it after writing into one. */
  readonly invalidateCache: (tensor: TensorInfo) => void
  /** Views of the data, valid until something is allocated, for then the memory may move. */
  readonly floats: (tensor: TensorInfo) => Float32Array
  readonly integers: (tensor: TensorInfo) => Int32Array
  /** Runs `body` with that many bytes of scratch memory. */
  readonly withScratch: <A>(bytes: number, body: (address: number) => A) => A
}

interface TensorData {
  id: number
  memoryOffset: number
  shape: ReadonlyArray<number>
  refCount: number
}

/** What is used of the backend, most of it private and undocumented. */
interface Internals {
  readonly dataIdMap: { readonly get: (dataId: object) => TensorData }
  dataIdNextNumber: number
  readonly makeOutput: (shape: ReadonlyArray<number>, dtype: DataType) => TensorInfo
  readonly disposeData: (dataId: object) => boolean
  readonly incRef: (dataId: object) => void
  readonly typedArrayFromHeap: (tensor: TensorInfo) => Float32Array | Int32Array
  readonly wasm: {
    readonly asm: { readonly memory: Memory }
    readonly _malloc: (bytes: number) => number
    readonly _free: (address: number) => void
    readonly tfjs: {
      readonly registerTensor: (id: number, size: number, address: number) => void
      readonly disposeData: (id: number) => void
    }
  }
}

/** The heap of a backend whose internals are as expected (see `Internals`). */
export const make = (backend: object): Heap => {
  const internals = backend as Internals
  const { wasm, dataIdMap } = internals
  const reshaped = (tensor: TensorInfo, shape: ReadonlyArray<number>): TensorInfo => {
    dataIdMap.get(tensor.dataId).shape = shape
    return { ...tensor, shape: [...shape] }
  }
  return {
    memory: wasm.asm.memory,
    address: (tensor) => dataIdMap.get(tensor.dataId).memoryOffset,
    output: (shape, dtype = "float32") => internals.makeOutput([...shape], dtype),
    free: (tensor) => void internals.disposeData(tensor.dataId),
    reshaped,
    retain: (tensor, shape) => {
      internals.incRef(tensor.dataId)
      return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype }
    },
    references: (tensor) => dataIdMap.get(tensor.dataId).refCount,
    invalidateCache: (tensor) => {
      const data = dataIdMap.get(tensor.dataId)
      wasm.tfjs.disposeData(data.id)
      data.id = internals.dataIdNextNumber++
      wasm.tfjs.registerTensor(data.id, tf.util.sizeFromShape(tensor.shape), data.memoryOffset)
    },
    floats: (tensor) => internals.typedArrayFromHeap(tensor) as Float32Array,
    integers: (tensor) => internals.typedArrayFromHeap(tensor) as Int32Array,
    withScratch: (bytes, body) => {
      const address = wasm._malloc(bytes) >>> 0
      try {
        return body(address)
      } finally {
        wasm._free(address)
      }
    }
  }
}
