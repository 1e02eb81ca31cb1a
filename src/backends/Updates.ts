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
  rmsprop: "HoldfastRmsProp",
  adadelta: "HoldfastAdadelta",
  adagrad: "HoldfastAdagrad",
  adamax: "HoldfastAdamax",
  lamb: "HoldfastLamb",
  lion: "HoldfastLion",
  nadam: "HoldfastNadam",
  toward: "HoldfastToward"
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

/**
 * Lion: weight ← weight · factor − sign(mean · beta1 + gradient · rest1) · rate,
 * mean ← mean · beta2 + gradient · rest2.
 */
export const lion = (
  tensors: Record<"weight" | "gradient" | "mean", Tensor>,
  numbers: Record<"beta1" | "rest1" | "beta2" | "rest2" | "rate" | "factor", number>
): Record<"weight" | "mean", Tensor> | undefined =>
  named(["weight", "mean"], run(names.lion, tensors, numbers))

/**
 * Nadam, with g = gradient + decay · weight:
 * mean ← mean · beta1 + g · rest1, square ← square · beta2 + g² · rest2,
 * weight ← weight · factor − (g · gradientRate + mean · meanRate) / (√square / scale + epsilon).
 */
export const nadam = (
  tensors: Record<"weight" | "gradient" | "mean" | "square", Tensor>,
  numbers: Record<
    | "beta1"
    | "rest1"
    | "beta2"
    | "rest2"
    | "gradientRate"
    | "meanRate"
    | "scale"
    | "epsilon"
    | "decay"
    | "factor",
    number
  >
): Record<"weight" | "mean" | "square", Tensor> | undefined =>
  named(["weight", "mean", "square"], run(names.nadam, tensors, numbers))

/**
 * Adagrad, with g = gradient + decay · weight: sum ← sum + g²,
 * weight ← weight − g · rate / (√(sum + initial) + epsilon).
 */
export const adagrad = (
  tensors: Record<"weight" | "gradient" | "sum", Tensor>,
  numbers: Record<"rate" | "initial" | "epsilon" | "decay", number>
): Record<"weight" | "sum", Tensor> | undefined =>
  named(["weight", "sum"], run(names.adagrad, tensors, numbers))

/**
 * Adadelta, with g = gradient + decay · weight: square ← square · rho + g² · rest,
 * change = √(changes + epsilon) / √(square + epsilon) · g, weight ← weight − change · rate,
 * changes ← changes · rho + change² · rest.
 */
export const adadelta = (
  tensors: Record<"weight" | "gradient" | "square" | "changes", Tensor>,
  numbers: Record<"rate" | "rho" | "rest" | "epsilon" | "decay", number>
): Record<"weight" | "square" | "changes", Tensor> | undefined =>
  named(["weight", "square", "changes"], run(names.adadelta, tensors, numbers))

/**
 * Adamax, with g = gradient + decay · weight: mean ← mean · beta1 + g · rest1,
 * greatest ← max(greatest · beta2, |g| + epsilon), weight ← weight − mean · rate / greatest.
 */
export const adamax = (
  tensors: Record<"weight" | "gradient" | "mean" | "greatest", Tensor>,
  numbers: Record<"beta1" | "rest1" | "beta2" | "rate" | "epsilon" | "decay", number>
): Record<"weight" | "mean" | "greatest", Tensor> | undefined =>
  named(["weight", "mean", "greatest"], run(names.adamax, tensors, numbers))

/**
 * What LAMB moves along: mean ← mean · beta1 + gradient · rest1, square ← square · beta2 + gradient² · rest2,
 * direction = mean · rate / (√square / scale + epsilon) + decay · weight.
 */
export const lamb = (
  tensors: Record<"weight" | "gradient" | "mean" | "square", Tensor>,
  numbers: Record<
    "beta1" | "rest1" | "beta2" | "rest2" | "rate" | "scale" | "epsilon" | "decay",
    number
  >
): Record<"direction" | "mean" | "square", Tensor> | undefined =>
  named(["direction", "mean", "square"], run(names.lamb, tensors, numbers))

/** The mean moved toward a value: mean + (value − mean) · share. */
export const toward = (
  tensors: Record<"mean" | "value", Tensor>,
  numbers: Record<"share", number>
): Tensor | undefined => run(names.toward, tensors, numbers)?.[0]

const named = <const Names extends ReadonlyArray<string>>(
  names: Names,
  results: ReadonlyArray<Tensor> | undefined
) =>
  results &&
  (Object.fromEntries(names.map((name, i) => [name, results[i]!])) as Record<Names[number], Tensor>)

const run = (
  name: string,
  tensors: Readonly<Record<string, Tensor>>,
  numbers: Readonly<Record<string, number | boolean>>
): ReadonlyArray<Tensor> | undefined =>
  tf.getKernel(name, tf.getBackend()) === undefined
    ? undefined
    : [tf.engine().runKernel(name, tensors, numbers) as Tensor | Array<Tensor>].flat()
