import type { DataType, KernelFunc, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { run, wrap } from "./Wrapping.js"

type Value = (dtype: DataType) => number

/** What each reduction comes to over nothing, as in NumPy; a mean is 0 / 0. */
const values: Readonly<Record<string, Value>> = {
  Sum: () => 0,
  Prod: () => 1,
  Mean: () => Number.NaN,
  Max: (dtype) => (dtype === "int32" ? -0x8000_0000 : -Infinity),
  Min: (dtype) => (dtype === "int32" ? 0x7fff_ffff : Infinity),
  All: () => 1,
  Any: () => 0
}

/** Has a reduction over an axis of length 0 have its value; stock WebAssembly leaves memory as it was. */
export const install = (backendName: string): void => {
  for (const name in values) {
    wrap(name, backendName, (stock) => overNothing(stock, name, backendName))
  }
}

const overNothing =
  (stock: KernelFunc, name: string, backendName: string): KernelFunc =>
  (call) => {
    const { x } = call.inputs as unknown as { readonly x: TensorInfo }
    if (!x.shape.includes(0)) return stock(call)
    const { axis, reductionIndices, keepDims } = call.attrs as unknown as {
      readonly axis?: number | Array<number>
      readonly reductionIndices?: number | Array<number>
      readonly keepDims?: boolean
    }
    const axes = tf.util.parseAxisParam((axis ?? reductionIndices)!, x.shape)
    const [kept] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept
    const dtype = name === "Mean" ? "float32" : x.dtype
    const value = values[name]!(dtype)
    return run("Fill", backendName, call.backend, {}, { shape, value, dtype })
  }
