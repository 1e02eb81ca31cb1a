import type { Scalar, Tensor } from "../tf.js"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "./BackendError.js"
import * as WasmMemoryView from "./WasmMemoryView.js"
import * as Readback from "./Readback.js"

/**
 * The Euclidean norm of all elements of float tensors together, as a scalar to be read with others.
 * NaN where one of them is, and infinite from 1.8e19 on, whose square float32 cannot hold.
 */
export const norm = (tensors: ReadonlyArray<Tensor>): Scalar =>
  tensors.length === 0
    ? tf.scalar(0)
    : tf.tidy(() => tf.sqrt(tf.addN(tensors.map((tensor) => squares(tensor)))))

/** The norm of each tensor by itself. */
export const norms = (
  tensors: ReadonlyArray<Tensor>
): Effect.Effect<ReadonlyArray<number>, BackendError> =>
  Effect.map(
    Readback.scalars(() => Object.fromEntries(tensors.map((tensor, i) => [i, norm([tensor])]))),
    (read) => tensors.map((_, i) => read[i]!)
  )

const squares = (tensor: Tensor): Scalar => {
  const view = WasmMemoryView.viewOf(tensor)
  if (view === undefined) return tf.sum(tf.square(tensor))
  const { buffer, byteOffset } = view()
  return tf.scalar(sumOfSquares(new Float32Array(buffer, byteOffset, tensor.size)))
}

/** Four sums, since one would have each addition wait for the one before it. */
const sumOfSquares = (values: Float32Array): number => {
  let [a, b, c, d] = [0, 0, 0, 0]
  const fours = values.length - (values.length % 4)
  for (let i = 0; i < fours; i += 4) {
    a += values[i]! * values[i]!
    b += values[i + 1]! * values[i + 1]!
    c += values[i + 2]! * values[i + 2]!
    d += values[i + 3]! * values[i + 3]!
  }
  for (let i = fours; i < values.length; i++) a += values[i]! * values[i]!
  return a + b + c + d
}
