import type { KernelFunc, Tensor, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { run, wrap } from "./Wrapping.js"

/**
 * Broadcasts the batches of matrix products as NumPy and PyTorch do. TensorFlow.js says that it does:
 * [2, 1, …] by [1, 2, …] gives two products under the shape of four, and [2, 1, …] by [2, 2, …] four
 * wrong ones. One matrix for the whole batch is left to the backend.
 */
export const install = (backendName: string): void => {
  for (const name of ["BatchMatMul", "_FusedMatMul"]) {
    wrap(name, backendName, (stock) => broadcasting(stock, backendName))
  }
}

const broadcasting =
  (stock: KernelFunc, backendName: string): KernelFunc =>
  (call) => {
    const { a, b } = call.inputs as unknown as { readonly a: TensorInfo; readonly b: TensorInfo }
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB)
    if (isPlain(batchA, batch) && isPlain(batchB, batch)) return stock(call)

    const made: Array<TensorInfo> = []
    const spread = (x: TensorInfo, shape: ReadonlyArray<number>): TensorInfo => {
      const long = [...batch.map((_, i) => shape.at(i - batch.length) ?? 1), ...x.shape.slice(-2)]
      const reps = [...batch.map((length, i) => length / long[i]!), 1, 1]
      const tiled = run("Tile", backendName, call.backend, { x: { ...x, shape: long } }, { reps })
      made.push(tiled)
      return tiled
    }
    const inputs = { ...call.inputs, a: spread(a, batchA), b: spread(b, batchB) }
    const product = stock({ ...call, inputs })
    for (const { dataId } of made) (call.backend as tf.KernelBackend).disposeData(dataId)
    return product
  }

/** Whether a batch is the whole one, or a single matrix. */
const isPlain = (own: ReadonlyArray<number>, batch: ReadonlyArray<number>): boolean => {
  const size = tf.util.sizeFromShape([...own])
  return size === 1 || size === tf.util.sizeFromShape([...batch])
}

/** Has the gradient of a matrix that was broadcast be the sum over what it was broadcast to. */
export const registerGradient = (): void => {
  const stock = tf.getGradient("BatchMatMul")
  tf.unregisterGradient("BatchMatMul")
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [a, b] = saved as [Tensor, Tensor]
      const gradients = stock.gradFunc(dy, saved, attrs)
      return {
        a: () => summed(gradients["a"]!(), a.shape),
        b: () => summed(gradients["b"]!(), b.shape)
      }
    }
  })
}

const summed = (gradient: Tensor, shape: Array<number>): Tensor =>
  tf.util.arraysEqual(gradient.shape, shape)
    ? gradient
    : tf.reshape(tf.sum(gradient, tf.broadcast_util.getReductionAxes(shape, gradient.shape)), shape)
