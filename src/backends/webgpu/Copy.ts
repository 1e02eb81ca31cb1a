import type { TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { perElement, type WebGpu } from "./Program.js"

/** Copies integers or truth values, each as it is, in another order of axes or to another type. */
export const copied = (
  backend: WebGpu,
  x: TensorInfo,
  dtype: string,
  perm?: ReadonlyArray<number>
): TensorInfo => {
  const shape = perm === undefined ? x.shape : perm.map((axis) => x.shape[axis]!)
  const size = tf.util.sizeFromShape(shape)
  const flat = { ...x, shape: [size] }
  const program = perElement({
    key: `copiedIntegers_${perm ?? ""}`,
    inputs: ["A"],
    shape: perm === undefined ? [size] : shape,
    body: `setOutputAtIndexI32(index, A[${perm === undefined ? "index" : source(perm)}]);`
  })
  const copy = backend.runWebGPUProgram(program, [perm === undefined ? flat : x], dtype)
  return { ...copy, shape }
}

/** Where in x an element of the output comes from, in the shader's language. */
const source = (perm: ReadonlyArray<number>): string => {
  const rank = perm.length
  const places = perm.map((_, axis) => `getCoordsFromIndex(index).${"xyzwuv"[perm.indexOf(axis)]}`)
  const type = rank < 5 ? `vec${rank}<i32>` : `vec${rank}`
  return `getIndexFromCoords${rank}D(${type}(${places}), uniforms.aShape)`
}
