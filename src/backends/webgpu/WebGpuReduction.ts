import type { TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { copied } from "./Copy.js"
import { perElement, type WebGpu } from "./Program.js"

/** The reductions of integers and truth values, each by what two of them come to. */
export const reductions = {
  Sum: "best + value",
  Prod: "best * value",
  Max: "max(best, value)",
  Min: "min(best, value)",
  All: "min(best, value)",
  Any: "max(best, value)"
}
export type Reduction = keyof typeof reductions

/**
 * Reduces integers or truth values over axes, of which there are some with elements, in integers:
 * one thread for each element of the result.
 */
export const reduced = (
  backend: WebGpu,
  reduction: Reduction,
  x: TensorInfo,
  axis: number | Array<number>,
  keepDims: boolean
): TensorInfo => {
  const { computeOutAndReduceShapes, expandShapeToKeepDim, getAxesPermutation } = tf.backend_util
  const axes = tf.util.parseAxisParam(axis, x.shape)
  const [kept, gone] = computeOutAndReduceShapes(x.shape, axes)
  const size = tf.util.sizeFromShape(kept)
  const length = tf.util.sizeFromShape(gone)
  const perm = getAxesPermutation(axes, x.shape.length)
  const ordered = perm === null ? x : copied(backend, x, x.dtype, perm)
  const program = perElement({
    key: `reducedIntegers_${reduction}`,
    inputs: ["A"],
    shape: [size],
    uniforms: "length : i32,",
    body: `
      let begin = index * uniforms.length;
      var best = A[begin];
      for (var i = 1; i < uniforms.length; i = i + 1) {
        let value = A[begin + i];
        best = ${reductions[reduction]};
      }
      setOutputAtIndexI32(index, best);`
  })
  const dtype = reduction === "All" || reduction === "Any" ? "bool" : "int32"
  const flat = { ...ordered, shape: [size * length] }
  const result = backend.runWebGPUProgram(program, [flat], dtype, [
    { type: "int32", data: [length] }
  ])
  if (ordered !== x) backend.disposeData(ordered.dataId)
  return { ...result, shape: keepDims ? expandShapeToKeepDim(kept, axes) : kept }
}
