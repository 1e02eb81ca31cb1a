import type { TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"

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
 * A program with a thread for each element of its output, which `body` sets at `index` from its
 * inputs. Programs of one `key` are the same but for their shapes and uniforms.
 */
export const perElement = (options: {
  readonly key: string
  readonly inputs: ReadonlyArray<string>
  readonly shape: ReadonlyArray<number>
  readonly uniforms?: string
  readonly body: string
}): object => ({
  outputShape: options.shape,
  variableNames: options.inputs,
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
