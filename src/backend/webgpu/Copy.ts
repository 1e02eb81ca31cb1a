import type { TensorInfo } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"

/** What is used of the WebGPU backend of TensorFlow.js. */
export interface WebGpu {
  readonly runWebGPUProgram: (
    program: object,
    inputs: ReadonlyArray<TensorInfo>,
    dtype: string,
    uniforms?: ReadonlyArray<{ readonly type: string; readonly data: ReadonlyArray<number> }>
  ) => TensorInfo
  readonly makeTensorInfo: (
    shape: ReadonlyArray<number>,
    dtype: string,
    values: Float32Array
  ) => TensorInfo
  readonly disposeData: (dataId: object) => void
}

const workgroup = 64

/**
 * A program with a thread for each element of its output, which `body` sets at `index` from `A`.
 * Programs of one `key` are the same but for their shapes and uniforms.
 */
export const perElement = (options: {
  readonly key: string
  readonly shape: ReadonlyArray<number>
  readonly uniforms?: string
  readonly body: string
}): object => ({
  outputShape: options.shape,
  variableNames: ["A"],
  uniforms: options.uniforms,
  size: true,
  workgroupSize: [workgroup, 1, 1],
  dispatchLayout: { x: options.shape.map((_, axis) => axis) },
  dispatch: [Math.ceil(tf.util.sizeFromShape([...options.shape]) / workgroup), 1, 1],
  shaderKey: options.key,
  getUserCode: () => `
    fn main(index : i32) {
      if (index < uniforms.size) {${options.body}}
    }`
})

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
