import type { Tensor } from "../tf.js"
import * as tf from "../tf.js"

/*
 * The updates of optimizers in one pass or a few, where the backend has kernels for them. On wasm the
 * results are those of the operations that each stands for, to the bit; the tensors given stay as
 * they are. On a backend without them every function gives undefined: compose the operations there.
 */

/** The names of the kernels, each of which gives the values of the function of that name. */
export const names = {
  adam: "HoldfastAdam",
  sgd: "HoldfastSgd",
  momentum: "HoldfastMomentum",
  rmsprop: "HoldfastRmsProp"
} as const

/**
 * Adam and AdamW, with g = gradient + decay · weight:
 * mean ← mean · beta1 + g · (1 − beta1), square ← square · beta2 + g² · (1 − beta2),
 * weight ← weight · factor − mean · rate / (√square / scale + epsilon).
 */
export const adam = (
  tensors: Record<"weight" | "gradient" | "mean" | "square", Tensor>,
  numbers: Record<"beta1" | "beta2" | "rate" | "scale" | "epsilon" | "decay" | "factor", number>
): Record<"weight" | "mean" | "square", Tensor> | undefined => {
  const results = run(names.adam, tensors, numbers)
  if (results === undefined) return undefined
  const [weight, mean, square] = results as [Tensor, Tensor, Tensor]
  return { weight, mean, square }
}

/** Plain gradient descent: weight ← weight − (gradient + decay · weight) · rate. */
export const sgd = (
  tensors: Record<"weight" | "gradient", Tensor>,
  numbers: Record<"rate" | "decay", number>
): Tensor | undefined => run(names.sgd, tensors, numbers)?.[0]

/**
 * Gradient descent with momentum, with g = gradient + decay · weight: buffer ← buffer · momentum + g,
 * weight ← weight − buffer · rate; with `nesterov`, weight − (g + buffer · momentum) · rate.
 */
export const momentum = (
  tensors: Record<"weight" | "gradient" | "buffer", Tensor>,
  numbers: Record<"rate" | "momentum" | "decay", number> & { readonly nesterov: boolean }
): Record<"weight" | "buffer", Tensor> | undefined => {
  const results = run(names.momentum, tensors, numbers)
  return results && { weight: results[0]!, buffer: results[1]! }
}

/**
 * What RMSProp moves along, with g = gradient + decay · weight:
 * square ← square · alpha + g² · (1 − alpha), direction = g / (√square + epsilon).
 */
export const rmsprop = (
  tensors: Record<"weight" | "gradient" | "square", Tensor>,
  numbers: Record<"alpha" | "epsilon" | "decay", number>
): Record<"direction" | "square", Tensor> | undefined => {
  const results = run(names.rmsprop, tensors, numbers)
  return results && { direction: results[0]!, square: results[1]! }
}

const run = (
  name: string,
  tensors: Readonly<Record<string, Tensor>>,
  numbers: Readonly<Record<string, number | boolean>>
): ReadonlyArray<Tensor> | undefined =>
  tf.getKernel(name, tf.getBackend()) === undefined
    ? undefined
    : [tf.engine().runKernel(name, tensors, numbers) as Tensor | Array<Tensor>].flat()
