import type { KernelFunc, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { run } from "./Wrapping.js"

/** A tensor whose axes have labels, a letter each. */
interface Labelled {
  readonly x: TensorInfo
  readonly labels: string
}

const has = (labels: string) => (label: string) => labels.includes(label)
const lacks = (labels: string) => (label: string) => !labels.includes(label)
const join = (labels: Iterable<string>, ...tests: ReadonlyArray<(label: string) => boolean>) =>
  [...labels].filter((label) => tests.every((test) => test(label))).join("")

/**
 * `einsum` of one or two operands by a product of matrices, in place of the stock kernels, which
 * multiply all by all first; WebAssembly has none.
 */
export const install = (backendName: string): void => {
  if (tf.getKernel("Einsum", backendName)) tf.unregisterKernel("Einsum", backendName)
  tf.registerKernel({ kernelName: "Einsum", backendName, kernelFunc: einsum(backendName) })
}

const einsum =
  (backendName: string): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const tensors = inputs as unknown as Array<tf.Tensor>
    const equation = (attrs!["equation"] as string).replaceAll(/\s/g, "")
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length)
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors)

    const made: Array<TensorInfo> = []
    const step = (kernel: string, x: TensorInfo, attrs: object): TensorInfo => {
      const result = run(kernel, backendName, backend, { x }, attrs)
      made.push(result)
      return result
    }
    const ordered = ({ x, labels }: Labelled, wanted: string): TensorInfo =>
      labels === wanted
        ? x
        : step("Transpose", x, { perm: [...wanted].map((label) => labels.indexOf(label)) })
    const summed = ({ x, labels }: Labelled, wanted: string): Labelled => {
      const kept = join(labels, has(wanted))
      if (kept === labels) return { x, labels }
      const axis = [...labels].flatMap((label, i) => (wanted.includes(label) ? [] : [i]))
      return { x: step("Sum", x, { axis, keepDims: false }), labels: kept }
    }

    const [terms, output] = equation.split("->") as [string, string]
    const [first, second] = terms.split(",").map((labels, i) => ({ x: tensors[i]!, labels }))
    let sum: Labelled
    if (second === undefined) sum = summed(first!, output)
    else {
      const [a, b] = [
        summed(first!, output + second.labels),
        summed(second, output + first!.labels)
      ]
      const shared = join(a.labels, has(b.labels))
      const [batch, inner] = [join(shared, has(output)), join(shared, lacks(output))]
      const [rows, columns] = [join(a.labels, lacks(shared)), join(b.labels, lacks(shared))]
      const length = (label: string) =>
        a.labels.includes(label)
          ? a.x.shape[a.labels.indexOf(label)]!
          : b.x.shape[b.labels.indexOf(label)]!
      const shape = (labels: string) => [...labels].map(length)
      const count = (labels: string) => tf.util.sizeFromShape(shape(labels))
      const matrices = (operand: Labelled, left: string, right: string): TensorInfo =>
        step("Reshape", ordered(operand, batch + left + right), {
          shape: [count(batch), count(left), count(right)]
        })
      const product = run(
        "BatchMatMul",
        backendName,
        backend,
        { a: matrices(a, rows, inner), b: matrices(b, inner, columns) },
        { transposeA: false, transposeB: false }
      )
      made.push(product)
      const labels = batch + rows + columns
      sum = { x: step("Reshape", product, { shape: shape(labels) }), labels }
    }
    const ends = ordered(sum, output)
    const result = made.includes(ends) ? ends : step("Identity", ends, {})
    for (const one of made) {
      if (one !== result) (backend as tf.KernelBackend).disposeData(one.dataId)
    }
    return result
  }
