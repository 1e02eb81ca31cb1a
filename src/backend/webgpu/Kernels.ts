import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"

/** What is used of the WebGPU backend of TensorFlow.js. */
interface WebGpu {
  readonly runWebGPUProgram: (
    program: object,
    inputs: ReadonlyArray<TensorInfo>,
    dtype: string
  ) => TensorInfo
}

interface Call {
  readonly inputs: { readonly x: TensorInfo }
  readonly attrs: { readonly perm: ReadonlyArray<number> }
  readonly backend: WebGpu
}

let installed = false

/** Puts right ones in the place of the WebGPU backend's wrong kernels. */
export const install = (): void => {
  if (installed) return
  installed = true
  const stock = tf.getKernel("Transpose", "webgpu")
  replace("Transpose", (call) =>
    call.inputs.x.dtype === "float32" ? stock.kernelFunc(call as never) : transpose(call)
  )
}

const replace = (kernelName: string, kernelFunc: (call: Call) => unknown): void => {
  const stock = tf.getKernel(kernelName, "webgpu")
  tf.unregisterKernel(kernelName, "webgpu")
  tf.registerKernel({ ...stock, kernelFunc: kernelFunc as unknown as KernelFunc })
}

/** Of integers and truth values, which the stock kernel passes through single precision, if at all. */
const transpose = ({ inputs: { x }, attrs: { perm }, backend }: Call): TensorInfo => {
  const outputShape = perm.map((axis) => x.shape[axis]!)
  const rank = perm.length
  const coordinates = perm.map((_, axis) => `coords.${"xyzwuv"[perm.indexOf(axis)]}`)
  const place = rank < 5 ? `vec${rank}<i32>` : `vec${rank}`
  const workgroup = 64
  const program = {
    outputShape,
    variableNames: ["A"],
    size: true,
    workgroupSize: [workgroup, 1, 1],
    dispatchLayout: { x: perm.map((_, axis) => axis) },
    dispatch: [Math.ceil(tf.util.sizeFromShape(outputShape) / workgroup), 1, 1],
    shaderKey: `transposeIntegers_${perm}`,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let coords = getCoordsFromIndex(index);
          let from = getIndexFromCoords${rank}D(${place}(${coordinates}), uniforms.aShape);
          setOutputAtIndexI32(index, A[from]);
        }
      }`
  }
  return backend.runWebGPUProgram(program, [x], x.dtype)
}
