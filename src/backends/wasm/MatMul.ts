import type { KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"
import { type Activation, addBias, activate } from "./Fused.js"
import type { Simd } from "./Simd.js"

interface MatMulAttrs {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/**
 * Matrix products. The stock kernel is slow for transposed operands, of which training has two in
 * each layer, wrong for a transposed one with a bias, and brings the backend down when one tensor is
 * the right operand under two shapes.
 */
export const kernels = (tools: Tools): Kernels => {
  const BatchMatMul = matMul(tools, tools.stock("BatchMatMul"))
  return {
    BatchMatMul,
    _FusedMatMul: kernel<"a" | "b" | "bias" | "preluActivationWeights", MatMulAttrs & Activation>(
      ({ inputs, attrs }) => {
        const { a, b, bias, preluActivationWeights } = inputs
        const product = tools.run("BatchMatMul", { a, b }, { ...attrs })
        return activate(tools, addBias(tools, product, bias), attrs, preluActivationWeights)
      }
    )
  }
}

/** The bytes of scratch memory for products that sum over `K` elements at a time. */
export const scratchBytes = ({ MATMUL_SCRATCH }: Simd, K: number): number =>
  Math.max(MATMUL_SCRATCH.value, 128 + 16 * K)

const matMul = ({ heap, simd }: Tools, stock: KernelFunc): KernelFunc =>
  kernel<"a" | "b", MatMulAttrs>((call) => {
    const { a, b } = call.inputs
    const { transposeA, transposeB } = call.attrs
    const [M, K] = matrix(a, transposeA)
    const [inner, N] = matrix(b, transposeB)
    const batchA = size(a.shape.slice(0, -2))
    const batchB = size(b.shape.slice(0, -2))
    const batch = Math.max(batchA, batchB)
    const regular =
      (a.dtype === "float32" || a.dtype === "int32") &&
      b.dtype === a.dtype &&
      K === inner &&
      (batchA === 1 || batchA === batch) &&
      (batchB === 1 || batchB === batch)
    if (!regular) return stock(call as never)

    const outer = tf.broadcast_util.assertAndGetBroadcastShape(
      a.shape.slice(0, -2),
      b.shape.slice(0, -2)
    )
    const out = heap.output([...outer, M, N], a.dtype)
    if (size(out.shape) === 0) return out
    if (K === 0) {
      heap.integers(out).fill(0)
      return out
    }
    const [aRow, aColumn] = transposeA ? [4, M * 4] : [K * 4, 4]
    const [bRow, bColumn] = transposeB ? [4, K * 4] : [N * 4, 4]
    // One right operand for all: the batch is but more rows.
    const [times, rows] = batchB === 1 && !transposeA ? [1, batchA * M] : [batch, M]
    const stepA = batchA === 1 ? 0 : M * K * 4
    const stepB = batchB === 1 ? 0 : K * N * 4
    if (a.dtype === "int32") {
      const strides = [aRow! / 4, aColumn! / 4, bRow! / 4, bColumn! / 4] as const
      const steps = [stepA / 4, stepB / 4] as const
      multiplyIntegers([a, b, out].map(heap.integers), [times!, rows!, N, K], strides, steps)
      return out
    }
    heap.withScratch(simd.MATMUL_SCRATCH.value, (scratch) => {
      const [A, B, C] = [heap.address(a), heap.address(b), heap.address(out)]
      for (let i = 0; i < times; i++) {
        const c = C + i * M * N * 4
        const strides = [aRow!, aColumn!, bRow!, bColumn!, N * 4]
        simd.matmul(A + i * stepA, B + i * stepB, c, rows!, N, K, ...strides, 0, scratch)
      }
    })
    return out
  })

/** Products of integers, exact up to 2^53, of which the lower 32 bits are kept, as on other backends. */
const multiplyIntegers = (
  [A, B, C]: ReadonlyArray<Int32Array>,
  [times, M, N, K]: readonly [number, number, number, number],
  [aRow, aColumn, bRow, bColumn]: readonly [number, number, number, number],
  [stepA, stepB]: readonly [number, number]
): void => {
  for (let i = 0, place = 0; i < times; i++) {
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let sum = 0
        for (let k = 0; k < K; k++) {
          sum += A![i * stepA + m * aRow + k * aColumn]! * B![i * stepB + k * bRow + n * bColumn]!
        }
        C![place++] = sum
      }
    }
  }
}

/** Rows and columns of a matrix once it is transposed, if it is to be. */
const matrix = ({ shape }: TensorInfo, transpose: boolean): readonly [number, number] => {
  const rows = shape.at(-2)!
  const columns = shape.at(-1)!
  return transpose ? [columns, rows] : [rows, columns]
}
